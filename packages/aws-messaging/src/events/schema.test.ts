import { describe, expect, it } from "@jest/globals";
import * as z from "zod";
import { ValidationFailedError } from "../errors.ts";
import { decodeEvent, type EventSchema, encodeEvent } from "./schema.ts";

/** What goes over the wire, read back; a rejection, whether it was thrown at once or later. */
const encode = async (schema: EventSchema, value: unknown): Promise<unknown> =>
  JSON.parse(await encodeEvent(schema, value));

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const UserCreated = z.object({ user_id: z.string(), created_at: isoDate });
const event = { user_id: "1", created_at: new Date("2025-04-25T12:34:56.789Z") };
const wire = { user_id: "1", created_at: "2025-04-25T12:34:56.789Z" };

describe("a schema with codecs", () => {
  it("is encoded on publishing and decoded on consuming", async () => {
    await expect(encode(UserCreated, event)).resolves.toEqual(wire);
    await expect(decodeEvent(UserCreated, wire)).resolves.toEqual(event);
  });

  it("refuses what does not fit, with the path of every issue", async () => {
    const refused = encode(z.object({ items: z.array(UserCreated) }), {
      items: [event, { user_id: 7, created_at: "2025-04-25T12:34:56.789Z" }],
    });
    await expect(refused).rejects.toThrow(ValidationFailedError);
    const { issues } = (await refused.catch((error: unknown) => error)) as ValidationFailedError;
    expect(issues.map((issue) => issue.path)).toEqual(["items[1].user_id", "items[1].created_at"]);
  });
});

it("publishes the value itself where a schema only runs forwards", async () => {
  const trimmed = z.object({ name: z.string().transform((text) => text.trim()) });
  await expect(encode(trimmed, { name: " x " })).resolves.toEqual({ name: " x " });
  await expect(encode(trimmed, { name: 1 })).rejects.toThrow(ValidationFailedError);
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
  await expect(encode(positive, 1)).resolves.toBe(1);
  await expect(decodeEvent(positive, -1)).rejects.toMatchObject({
    issues: [{ path: "amount[0]", message: "must be positive" }],
  });
});

it("does not mistake a fault inside a schema for an invalid message", async () => {
  const broken = z.object({ name: z.string() }).refine(() => {
    throw new TypeError("a bug in the schema");
  });
  await expect(encode(broken, { name: "x" })).rejects.toThrow("a bug in the schema");
});

it("waits for a schema that needs a promise, of whatever library", async () => {
  const known: EventSchema<string> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: async (value) =>
        value === "known" ? { value: "known" } : { issues: [{ message: "is unknown" }] },
    },
  };
  await expect(encode(known, "known")).resolves.toBe("known");
  await expect(encode(known, "other")).rejects.toMatchObject({
    issues: [{ path: "", message: "is unknown" }],
  });
});

it("gives the JSON of a plain schema at once, without what the schema does not name", () => {
  expect(encodeEvent(z.object({ n: z.number() }), { n: 1, secret: "x" })).toBe('{"n":1}');
});

it("loses no promise of a schema: one that rejects is a rejection of the call, and nothing else", async () => {
  const looksUp = z.object({ id: z.string() }).refine(async () => {
    await Promise.resolve();
    throw new Error("the directory is down");
  });
  const lost: unknown[] = [];
  const note = (reason: unknown) => void lost.push(reason);
  process.on("unhandledRejection", note);
  try {
    await expect(encode(looksUp, { id: "1" })).rejects.toThrow("the directory is down");
    await expect(decodeEvent(looksUp, { id: "1" })).rejects.toMatchObject({
      retryable: true,
      cause: { message: "the directory is down" },
    });
    // Node tells of lost promises after the microtasks of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    expect(lost).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});
