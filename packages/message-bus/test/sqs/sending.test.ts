import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { ApiRequest } from "@wirekit/devstack/aws";
import { encodeMessage } from "../../src/index.ts";
import { references, statusUpdate } from "../contract/messages.ts";
import { type SqsFixture, startSqs } from "./sqs-fixture.ts";

let sqs: SqsFixture;

beforeEach(async () => {
  sqs = await startSqs();
});

afterEach(async () => {
  await sqs.close();
});

/** The entries of every batch that is sent from now on, as they stand in the requests. */
function watchEntries(): Record<string, unknown>[] {
  const entries: Record<string, unknown>[] = [];
  const when = ({ body }: ApiRequest): boolean => {
    entries.push(...(JSON.parse(body) as { Entries: Record<string, unknown>[] }).Entries);
    return false;
  };
  sqs.aws.faults.next({ kind: "reset", before: "apply" }, { on: "SendMessageBatch", when });
  return entries;
}

it("sends a thousand messages in a hundred requests, one by one as well as in bulk", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue();
  const messages = references(1_000).map((reference) => statusUpdate(reference));
  await Promise.all(messages.map((message) => bus.sendMessage(message, { target })));
  expect(sqs.aws.counts).toEqual({ SendMessageBatch: 100 });
  sqs.aws.resetCounts();
  const outcomes = await bus.sendMany(messages, { target });
  expect(sqs.aws.counts).toEqual({ SendMessageBatch: 100 });
  expect(outcomes.filter(({ kind }) => kind === "delivered")).toHaveLength(1_000);
  expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(2_000);
  expect(bus.stats()).toMatchObject({
    sends: { accepted: 2_000, delivered: 2_000 },
  });
});

it("puts the envelope on the queue and nothing beside it", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue();
  const message = statusUpdate("R-1");
  const entries = watchEntries();
  const sent = await bus.sendMessage(message, { target, key: "user-1" });
  expect(entries).toEqual([{ Id: "0", MessageBody: encodeMessage(message) }]);
  expect(sent).toEqual({ target, messageId: expect.any(String) });
});

it("delays messages where that is asked for, and leaves FIFO queues to themselves", async () => {
  const bus = sqs.open({ delaySeconds: 10 });
  const target = sqs.newQueue();
  const entries = watchEntries();
  await bus.sendMessage(statusUpdate("R-1"), { target });
  await bus.sendMessage(statusUpdate("R-2"), { target: sqs.newQueue(".fifo"), key: "user-1" });
  expect(entries.map(({ DelaySeconds }) => DelaySeconds)).toEqual([10, undefined]);
  expect((await sqs.aws.inspectQueue(target)).delayed).toHaveLength(1);
});

it("makes key and idempotency key what a FIFO queue orders by and drops copies by", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue(".fifo");
  const entries = watchEntries();
  const dictionary = { meta_data: { idempotency_key: "id-2" }, payload: {} };
  const first = await bus.sendMessage(statusUpdate("R-1", "id-1"), { target, key: "user-1" });
  await bus.sendMessage(dictionary, { target, key: "user-1" });
  const again = await bus.sendMessage(statusUpdate("R-1", "id-1"), { target, key: "user-1" });
  expect(entries).toMatchObject([
    { MessageGroupId: "user-1", MessageDeduplicationId: "id-1" },
    { MessageGroupId: "user-1", MessageDeduplicationId: "id-2" },
    { MessageGroupId: "user-1", MessageDeduplicationId: "id-1" },
  ]);
  expect(first.sequenceNumber).toMatch(/^\d+$/);
  expect(again).toEqual(first);
  expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(2);
});

it("makes a message without a key a group of its own on a FIFO queue", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue(".fifo");
  const entries = watchEntries();
  await bus.sendMessage(statusUpdate("R-1", "id-1"), { target });
  await bus.sendMessage(statusUpdate("R-2", "id-2"), { target, key: "" });
  await bus.sendMessage({ payload: {} }, { target });
  expect(entries.map(({ MessageGroupId }) => MessageGroupId)).toEqual([
    "id-1",
    "id-2",
    expect.stringMatching(/^[0-9a-f-]{36}$/),
  ]);
  // What the queue was told to drop copies by decides where there is no idempotency key.
  expect(entries[2]).not.toHaveProperty("MessageDeduplicationId");
});

it("keeps the order of each key in a bulk send, and asks for it by one function", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue(".fifo");
  const messages = references(20).map((reference) => statusUpdate(reference));
  const key = (_: unknown, index: number) => (index % 2 === 0 ? "even" : "odd");
  const outcomes = await bus.sendMany(messages, { target, key });
  const sequence = outcomes.map((outcome) =>
    outcome.kind === "delivered" ? Number(outcome.sequenceNumber) : Number.NaN,
  );
  const of = (parity: number) => sequence.filter((_, index) => index % 2 === parity);
  for (const own of [of(0), of(1)]) expect(own).toEqual([...own].sort((a, b) => a - b));
});

it.each([
  [undefined, 20],
  ["best-effort", 2],
] as const)(
  "sends 20 messages of one key, with order on partial failure %p, in %d requests",
  async (orderOnPartialFailure, requests) => {
    const bus = sqs.open({ orderOnPartialFailure });
    const messages = references(20).map((reference) => statusUpdate(reference));
    await bus.sendMany(messages, { target: sqs.newQueue(".fifo"), key: "user-1" });
    expect(sqs.aws.counts).toEqual({ SendMessageBatch: requests });
  },
);

it("says for each message of a bulk send what became of it, in order", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue(".fifo");
  const key = (_: unknown, index: number) => {
    if (index === 2) throw new Error("no key");
    return index === 1 ? "with blank" : "user-1";
  };
  const broken = { ...statusUpdate("R-3"), payload: { reference: "", status: "S" } };
  const outcomes = await bus.sendMany(
    [statusUpdate("R-0"), statusUpdate("R-1"), statusUpdate("R-2"), broken],
    { target, key },
  );
  expect(outcomes).toMatchObject([
    { kind: "delivered", target, attempts: 1, messageId: expect.any(String) },
    { kind: "not-sent", error: { code: "wirekit/config", issues: [{ path: "key" }] } },
    { kind: "not-sent", error: { message: "no key" } },
    { kind: "not-sent", error: { code: "message-bus/invalid-message" } },
  ]);
  expect(bus.stats()).toMatchObject({
    sends: { accepted: 4, delivered: 1, notSent: 3 },
  });
});

it("sends nothing for a caller who has stopped already", async () => {
  const bus = sqs.open();
  const target = sqs.newQueue();
  const signal = AbortSignal.abort("enough");
  await expect(bus.sendMessage(statusUpdate("R-1"), { target, signal })).rejects.toBe("enough");
  expect(await bus.sendMany([statusUpdate("R-2")], { target, signal })).toEqual([
    { kind: "not-sent", error: expect.objectContaining({ cause: "enough" }) },
  ]);
  expect(sqs.aws.counts).toEqual({});
});
