import { describe, expect, it } from "@jest/globals";
import { readVectors } from "@wirekit/vectors";
import { createMessageCheck } from "./message-schema.ts";

interface ValidationVector {
  readonly name: string;
  readonly message: unknown;
  readonly expected: { readonly valid: boolean; readonly error?: string | null };
}

const vectors = readVectors<ValidationVector>("kindo/validation.json");
const check = createMessageCheck();

it.each(vectors)("agrees with the original: $name", ({ message, expected }) => {
  expect(check(message).length === 0).toBe(expected.valid);
});

describe("names the field", () => {
  const valid = { event_type: "a", message_channel: "b", behavior: "instant", payload: {} };
  it.each([
    [{ ...valid, event_type: 1 }, "event_type", "must be string"],
    [{ ...valid, payload: [] }, "payload", "must be object"],
    [{ ...valid, behavior: "later" }, "behavior", "must be one of 'instant'"],
    [{ ...valid, security_level: "secret" }, "security_level", "must be one of 'normal', 'sensitive'"],
    [{ ...valid, priority: 1 }, "priority", "is not a property of a message"],
    [{ ...valid, "a/b": 1 }, "a/b", "is not a property of a message"],
    [{ event_type: "a", message_channel: "b", behavior: "instant" }, "payload", "is a required property"],
    [[], "", "must be object"],
  ])("of %j", (message, field, text) => {
    expect(check(message)).toEqual([{ field, message: text }]);
  });

  it("of every fault, where there are several", () => {
    expect(check({ behavior: "instant", payload: {}, x: 1 }).map(({ field }) => field)).toEqual([
      "event_type",
      "message_channel",
      "x",
    ]);
  });
});
