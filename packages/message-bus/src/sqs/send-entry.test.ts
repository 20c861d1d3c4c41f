import { expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { maxBatchBytes, messageBytes } from "@wirekit/core/sqs";
import { InvalidMessageError } from "../errors.ts";
import type { SendableMessage } from "../wire/message.ts";
import { type EntrySource, findQueueNameFault, idempotencyKeyOf, toSendEntry } from "./send-entry.ts";

const outgoing: EntrySource = {
  target: "payments",
  text: "{}",
  key: "user-1",
  message: undefined,
  headers: {},
  deliveryId: "id-1",
};
const fifo: EntrySource = { ...outgoing, target: "payments.fifo" };
const noDelay = { delaySeconds: undefined };

it("puts nothing but the body on a standard queue", () => {
  expect(toSendEntry(outgoing, noDelay)).toEqual({ MessageBody: "{}" });
  expect(toSendEntry(outgoing, { delaySeconds: 0 })).toEqual({
    MessageBody: "{}",
    DelaySeconds: 0,
  });
});

it("makes the key the group on a FIFO queue, and the idempotency key what copies are dropped by", () => {
  expect(toSendEntry(fifo, { delaySeconds: 10 })).toEqual({
    MessageBody: "{}",
    MessageGroupId: "user-1",
    MessageDeduplicationId: "id-1",
  });
  expect(toSendEntry({ ...fifo, key: undefined }, noDelay)).toMatchObject({
    MessageGroupId: "id-1",
  });
  const bare = { ...fifo, key: undefined, deliveryId: undefined };
  const [one, other] = [toSendEntry(bare, noDelay), toSendEntry(bare, noDelay)];
  expect(one).toEqual({
    MessageBody: "{}",
    MessageGroupId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(other.MessageGroupId).not.toBe(one.MessageGroupId);
});

it("sends a body that only just fits without what stands beside it, rather than not at all", () => {
  const text = "x".repeat(maxBatchBytes - 10);
  const entry = toSendEntry({ ...outgoing, text, headers: { traceparent: "00-1-2-01" } }, noDelay);
  expect(entry).toEqual({ MessageBody: text });
  expect(messageBytes(entry)).toBeLessThanOrEqual(maxBatchBytes);
});

it.each(["", "with blank", "Zoë", "k".repeat(129)])("refuses %j as a key on a FIFO queue only", (key) => {
  expect(() => toSendEntry({ ...fifo, key }, noDelay)).toThrow(ConfigError);
  expect(() => toSendEntry({ ...outgoing, key }, noDelay)).not.toThrow();
});

it("refuses an idempotency key that SQS does not take, by its wire path", () => {
  const wrong = { ...fifo, message: { meta_data: { idempotency_key: "a b" } } };
  expect(() => toSendEntry(wrong, noDelay)).toThrow(InvalidMessageError);
  expect(() => toSendEntry(wrong, noDelay)).toThrow("meta_data.idempotency_key");
});

it("finds the idempotency key in messages and in plain dictionaries", () => {
  const message = {
    metaData: { idempotencyKey: "a" },
  } as unknown as SendableMessage;
  expect(idempotencyKeyOf(message)).toBe("a");
  expect(idempotencyKeyOf({ meta_data: { idempotency_key: "b" } })).toBe("b");
  const without = [{}, { meta_data: null }, { meta_data: "x" }, { meta_data: { idempotency_key: 7 } }];
  for (const dictionary of without) expect(idempotencyKeyOf(dictionary)).toBeUndefined();
  expect(idempotencyKeyOf({ meta_data: { idempotency_key: "" } })).toBeUndefined();
});

it("takes the names of queues, and nothing that would be another place in a URL", () => {
  for (const name of ["payments", "payments.fifo", "A-b_9", "q".repeat(80)])
    expect(findQueueNameFault(name)).toBeUndefined();
  for (const name of ["", "a/b", "..", ".fifo", "a.b", "a.fifo/b", "http://x/q", "q".repeat(81)]) {
    expect(findQueueNameFault(name)).toMatch("must be a queue's name");
  }
});
