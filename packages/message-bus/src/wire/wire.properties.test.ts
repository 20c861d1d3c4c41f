import { describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { Partitioners } from "kafkajs";
import { createMessage, type EventInput, type InstructionInput } from "../create-message.ts";
import { decodeMessage } from "./decode-message.ts";
import { encodeMessage } from "./encode-message.ts";
import { EventType, InstructionType, type MessageKind } from "./kinds.ts";
import { partitionForKey } from "./partition-for-key.ts";

const numRuns = scale({ small: 50, full: 1_000 });

describe(`with ${numRuns} random messages of a kind`, () => {
  it.each(Object.values(InstructionType))("%s is read as it was written", (instructionType) => {
    fc.assert(
      fc.property(anyMetaData, anyPayloads[instructionType], (metaData, payload) => {
        expectRoundTrip({ ...metaData, instructionType, payload } as unknown as InstructionInput);
      }),
      { numRuns },
    );
  });

  it.each(Object.values(EventType))("%s is read as it was written", (event) => {
    fc.assert(
      fc.property(anyMetaData, anyPayloads[event], (metaData, payload) => {
        expectRoundTrip({ ...metaData, event, payload } as unknown as EventInput<"NEW_PROFILE">);
      }),
      { numRuns },
    );
  });

  function expectRoundTrip(input: InstructionInput | EventInput<"NEW_PROFILE">): void {
    const message = createMessage(input as InstructionInput);
    const text = encodeMessage(message);
    expect(decodeMessage(text)).toEqual(message);
    expect(message.payload).toEqual(withoutAbsent(input.payload));
    // Any JSON reader must see what ours sees, and nothing outside ASCII may be left in the text.
    expect(JSON.parse(text).meta_data.source).toBe(input.source);
    expect(text).toMatch(/^[\x20-\x7e]*$/);
  }
});

describe(`with ${numRuns} random messages of a kind that is not known`, () => {
  const envelope = (payload: unknown) =>
    JSON.stringify({
      payload,
      meta_data: { source: "S", created_at: "C", token: "t", idempotency_key: "K", event: "NOPE" },
    });

  it("writes each with the text that it was read from, and a copy with the same values", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.bigInt(), (payload, large) => {
        const text = envelope({ ...payload, large: "LARGE" }).replace('"LARGE"', String(large));
        const message = decodeMessage(text, { unknownKinds: "pass" });
        expect(encodeMessage(message)).toBe(text);
        const copy = decodeMessage(encodeMessage({ ...message } as typeof message), { unknownKinds: "pass" });
        expect(copy).toEqual(message);
      }),
      { numRuns },
    );
  });
});

const keyRuns = scale({ small: 500, full: 20_000 });

describe(`with ${keyRuns} random keys`, () => {
  it("chooses the partition that kafkajs's Java-compatible partitioner chooses", () => {
    const theirs = Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 200 }), (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => partition(partitionId));
        const chosen = theirs({
          topic: "payments",
          partitionMetadata,
          message: { key: Buffer.from(key), value: null },
        });
        expect(partitionForKey(key, count)).toBe(chosen);
      }),
      { numRuns: keyRuns },
    );
  });

  it("chooses by the bytes of the key, wherever they lie in memory", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(7), (key, offset) => {
        const moved = new Uint8Array(offset + key.length + 5).fill(0xee);
        moved.set(key, offset);
        expect(partitionForKey(moved.subarray(offset, offset + key.length), 997)).toBe(
          partitionForKey(key, 997),
        );
      }),
      { numRuns },
    );
  });
});

const partition = (partitionId: number) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
});

const anyText = fc.string({ unit: "binary", maxLength: 20 });
const filledText = anyText.map((text) => `x${text}`);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const memberName = fc.oneof(anyText, fc.constantFrom("__proto__", "constructor", "externalReference"));
const textMembers = fc.array(fc.tuple(memberName, anyText)).map((members) => Object.fromEntries(members));
const jsonMembers = fc.array(fc.tuple(memberName, fc.jsonValue({ maxDepth: 3 }).map(withoutMinusZero)));

const anyMetaData = fc.record({
  source: filledText,
  serviceToken: filledText,
  idempotencyKey: filledText,
  ipAddress: optional(anyText),
});

const direction = fc.constantFrom("INBOUND", "OUTBOUND");
const transactionType = fc.constantFrom("DEPOSIT", "WITHDRAW");
const tokenAmount = fc.record({
  value: filledText,
  currency: filledText,
  reference: filledText,
  chain: filledText,
  message: optional(anyText),
});
const onboarding = fc.record({ email: filledText, payload: textMembers });

const anyPayloads: Record<MessageKind, fc.Arbitrary<object>> = {
  PAYMENT: fc.record({
    externalReference: filledText,
    payerName: optional(anyText),
    currency: filledText,
    value: filledText,
    source: filledText,
    reference: filledText,
    direction,
    bankAccountNumber: optional(anyText),
  }),
  STATUS_UPDATE: fc.record({ reference: filledText, status: filledText, message: optional(anyText) }),
  CORRECTION: fc.record({
    reference: filledText,
    value: filledText,
    message: filledText,
    currency: filledText,
    source: filledText,
  }),
  TRANSACTION: fc.record({
    externalReference: filledText,
    source: filledText,
    reference: filledText,
    firstName: filledText,
    lastName: filledText,
    transactionType,
    status: filledText,
    incomingCurrency: filledText,
    outgoingCurrency: filledText,
    value: filledText,
    fee: filledText,
    payer: anyText,
    payee: anyText,
  }),
  UPDATE_PROFILE: fc.record({
    addressLine1: optional(anyText),
    addressLine2: optional(anyText),
    bankAccountNumber: optional(anyText),
    bankNumber: optional(anyText),
    taxId: optional(anyText),
    taxIdName: optional(anyText),
    idCountryCode: optional(anyText),
    suspendedAt: optional(anyText),
    deletedAt: optional(anyText),
  }),
  MINT: tokenAmount,
  BURN: tokenAmount,
  NEW_TRANSACTION: fc.record({
    createdAt: filledText,
    kind: transactionType,
    reference: filledText,
    source: filledText,
  }),
  TRANSACTION_STATUS_UPDATE: fc.record({ reference: filledText, status: filledText }),
  NEW_BANK_PAYMENT: fc.record({
    externalReference: filledText,
    reference: optional(anyText),
    source: filledText,
  }),
  NEW_PROFILE: fc.record({ title: filledText, identifier: filledText }),
  NEW_USER: jsonMembers.map((members) => Object.fromEntries(members)),
  VERIFICATION_REQUESTED: fc.record({ to: filledText, subject: filledText }),
  PASSWORD_RESET_REQUESTED: fc.record({ to: filledText, subject: filledText, password: filledText }),
  KYC_EVENT: fc.record({
    title: filledText,
    identifier: filledText,
    reviewStatus: optional(fc.oneof(anyText, fc.constantFrom("completed", "COMPLETED", "pending"))),
    reviewResult: filledText,
  }),
  ADDRESS_ONBOARDED: onboarding,
  RELAY_INITIATED: onboarding,
  RELAY_COMPLETED: onboarding,
  RELAY_ONBOARDED: onboarding,
};

function withoutAbsent(payload: object): object {
  return Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
}

/** JSON readers do not agree on `-0`. */
function withoutMinusZero<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
