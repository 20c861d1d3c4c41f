import { describe, expect, it } from "@jest/globals";
import { readVectors } from "@wirekit/vectors";
import { createMessage, type InstructionInput } from "../create-message.ts";
import { InvalidBodyError, InvalidMessageError } from "../errors.ts";
import { decodeMessage } from "./decode-message.ts";
import { encodeMessage } from "./encode-message.ts";
import { isEventType, isInstructionType } from "./kinds.ts";
import { murmur2, partitionForKey } from "./partition-for-key.ts";
import { payloadDefinitions } from "./payloads.ts";

describe("the golden envelopes", () => {
  it.each(cases<EnvelopeCase>("envelopes"))("$category: $name", (vector) => {
    expect(encoded(vector)).toBe(vector.expected);
  });

  function encoded({ input, message, text, now, uuid }: EnvelopeCase): string {
    if (message !== undefined) return encodeMessage(message);
    if (text !== undefined) return encodeMessage(decodeMessage(text));
    return encodeMessage(createMessage(toInput(input as CreateCase), { now: new Date(now), uuid }));
  }

  it.each(cases<EnvelopeCase>("envelopes").filter(({ category }) => category !== "plain-dictionary"))(
    "$category: $name, read back and written again, is the same text",
    ({ expected }) => {
      expect(encodeMessage(decodeMessage(expected))).toBe(expected);
    },
  );
});

describe("the golden faults", () => {
  it.each(cases<FaultCase>("invalid-envelopes"))("$category: $name", ({ input, text, fields }) => {
    const error = thrownBy(() =>
      text === undefined ? createMessage(toInput(input as CreateCase)) : decodeMessage(text),
    );
    expect(error).toBeInstanceOf(text === undefined ? InvalidMessageError : InvalidBodyError);
    const paths = (error as InvalidMessageError | InvalidBodyError).issues.map(({ path }) => path);
    expect(paths).toEqual(fields.length === 0 ? [""] : atOrBelow(paths, fields));
  });

  // `payload` in a vector stands for a payload of the wrong class: the faults found in it may lie below.
  function atOrBelow(paths: readonly string[], fields: readonly string[]): readonly string[] {
    if (fields[0] !== "payload") return fields;
    return paths.length > 0 ? paths.filter((path) => path.startsWith("payload")) : fields;
  }
});

describe("the golden partitions", () => {
  it.each(cases<PartitionCase>("partitions"))("$category: $name", (vector) => {
    const key = Buffer.from(vector.keyBase64, "base64");
    expect(murmur2(key) & 0x7fffffff).toBe(vector.murmur2Positive);
    for (const [count, partition] of Object.entries(vector.partitions)) {
      expect(partitionForKey(key, Number(count))).toBe(partition);
      if (vector.keyText !== undefined)
        expect(partitionForKey(vector.keyText, Number(count))).toBe(partition);
    }
  });
});

interface CreateCase {
  readonly source: string;
  readonly kindField: "instruction_type" | "event" | "neither";
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly payloadKind?: string;
  readonly serviceToken: string;
  readonly idempotencyKey?: string;
  readonly ipAddress?: string;
}

interface EnvelopeCase {
  readonly name: string;
  readonly category: string;
  readonly input?: CreateCase;
  readonly message?: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly now: string;
  readonly uuid: string;
  readonly expected: string;
}

interface FaultCase {
  readonly name: string;
  readonly category: string;
  readonly input?: CreateCase;
  readonly text?: string;
  readonly fields: readonly string[];
}

interface PartitionCase {
  readonly name: string;
  readonly category: string;
  readonly keyBase64: string;
  readonly keyText?: string;
  readonly murmur2Positive: number;
  readonly partitions: Readonly<Record<string, number>>;
}

function cases<Case>(file: "envelopes" | "invalid-envelopes" | "partitions"): readonly Case[] {
  return readVectors<Case>(`message-bus/${file}.json`);
}

/**
 * What a program would write for a vector. Vectors say things that the types forbid, hence the conversion at
 * the end.
 */
function toInput({ kindField, kind, payload, payloadKind, ...rest }: CreateCase): InstructionInput {
  const input = {
    ...rest,
    ...(kindField === "instruction_type" ? { instructionType: kind } : {}),
    ...(kindField === "event" ? { event: kind } : {}),
    payload: payloadKind === undefined ? camelCased(payload, kind) : madeAs(payloadKind, payload),
  };
  return input as unknown as InstructionInput;
}

/** The payload as the schema of another kind returns it. */
function madeAs(kind: string, payload: Readonly<Record<string, unknown>>): unknown {
  if (!isInstructionType(kind) && !isEventType(kind)) throw new Error(`${kind} is no kind`);
  return payloadDefinitions[kind].schema.parse(camelCased(payload, kind));
}

/**
 * Renames by the rule that the table in the sources does not use, so that a mistake in the table shows.
 * Members of the user's own payloads, which lie deeper, keep their names.
 */
function camelCased(payload: Readonly<Record<string, unknown>>, kind: string): Record<string, unknown> {
  if (kind === "NEW_USER") return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name.replace(/_([a-z0-9])/g, (_, next: string) => next.toUpperCase()),
      value,
    ]),
  );
}

function thrownBy(task: () => unknown): unknown {
  try {
    task();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
}

it("chooses the same partition for a text as for its bytes, however long it is and wherever it leaves ASCII", () => {
  for (let length = 0; length <= 140; length += 1) {
    for (const key of ["k".repeat(length), `${"k".repeat(length)}ü`, `ü${"k".repeat(length)}`])
      expect(partitionForKey(key, 9_973)).toBe(partitionForKey(new TextEncoder().encode(key), 9_973));
  }
});
