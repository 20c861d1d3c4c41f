import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { ValidationFailedError } from "./errors.ts";
import { decodeEvent, type EventSchema, encodeEvent } from "./schema.ts";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const UserCreated = z.object({ user_id: z.string(), created_at: isoDate });
const event = { user_id: "1", created_at: new Date("2025-04-25T12:34:56.789Z") };
const wire = { user_id: "1", created_at: "2025-04-25T12:34:56.789Z" };

describe("a schema with codecs", () => {
  it("is encoded on publishing and decoded on consuming", async () => {
    await expect(encodeEvent(UserCreated, event)).resolves.toEqual(wire);
    await expect(decodeEvent(UserCreated, wire)).resolves.toEqual(event);
  });

  it("refuses what does not fit, with the path of every issue", async () => {
    const refused = encodeEvent(z.object({ items: z.array(UserCreated) }), {
      items: [event, { user_id: 7, created_at: "2025-04-25T12:34:56.789Z" }],
    });
    await expect(refused).rejects.toThrow(ValidationFailedError);
    const { issues } = (await refused.catch((error: unknown) => error)) as ValidationFailedError;
    expect(issues.map((issue) => issue.path)).toEqual(["items[1].user_id", "items[1].created_at"]);
  });
});

it("publishes the value itself where a schema only runs forwards", async () => {
  const trimmed = z.object({ name: z.string().transform((text) => text.trim()) });
  await expect(encodeEvent(trimmed, { name: " x " })).resolves.toEqual({ name: " x " });
  await expect(encodeEvent(trimmed, { name: 1 })).rejects.toThrow(ValidationFailedError);
});

it("takes any Standard Schema", async () => {
  const positive: EventSchema<number> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        typeof value === "number" && value > 0
          ? { value }
          : { issues: [{ message: "must be positive", path: [{ key: "amount" }, 0] }] },
    },
  };
  await expect(encodeEvent(positive, 1)).resolves.toBe(1);
  await expect(decodeEvent(positive, -1)).rejects.toMatchObject({
    issues: [{ path: "amount[0]", message: "must be positive" }],
  });
});

it("does not mistake a fault inside a schema for an invalid message", async () => {
  const broken = z.object({ name: z.string() }).refine(() => {
    throw new TypeError("a bug in the schema");
  });
  await expect(encodeEvent(broken, { name: "x" })).rejects.toThrow("a bug in the schema");
});
