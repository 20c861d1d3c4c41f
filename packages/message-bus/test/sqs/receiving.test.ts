import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { SqsMessageBus } from "../../src/index.ts";
import { ScriptedSqs } from "./scripted-sqs.ts";

const target = "payments";
let sqs: ScriptedSqs;
let bus: SqsMessageBus;

beforeEach(() => {
  sqs = new ScriptedSqs();
  bus = new SqsMessageBus({ queueUrl: "http://localhost:9324", sqs, logger: silentLogger });
});

afterEach(async () => {
  await bus.close();
});

const waits = () => sqs.inputs("receiveMessage").map(({ WaitTimeSeconds }) => WaitTimeSeconds);

it.each([
  [undefined, [1]],
  [0, [0]],
  [1, [1]],
  [1_000, [1]],
  [1_001, [2]],
  [20_000, [20]],
  [45_500, [20, 20, 6]],
])("waits %p ms as whole seconds, rounded up: %j", async (timeoutMs, expected) => {
  expect(await bus.receiveMessage({ target, timeoutMs })).toBeUndefined();
  expect(waits()).toEqual(expected);
});

it("asks for one message, and for the queue's own visibility unless told otherwise", async () => {
  await bus.receiveMessage({ target });
  await bus.receiveMessage({ target, visibilityTimeoutMs: 1_500 });
  await bus.receiveMessage({ target, visibilityTimeoutMs: 0 });
  const QueueUrl = "http://localhost:9324/payments";
  const asked = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1 };
  expect(sqs.inputs("receiveMessage")).toEqual([
    asked,
    { ...asked, VisibilityTimeout: 2 },
    { ...asked, VisibilityTimeout: 0 },
  ]);
});

it("asks no more once it has a message, and tells all that SQS says about it", async () => {
  sqs.messages.push(
    [],
    [
      {
        MessageId: "1",
        ReceiptHandle: "r-1",
        Body: "{}",
        Attributes: {
          ApproximateReceiveCount: "3",
          SentTimestamp: "1609459200000",
          MessageGroupId: "user-1",
        },
        MessageAttributes: { "MYKOBO.Process": { DataType: "String", StringValue: "ledger" } },
      },
    ],
  );
  expect(await bus.receiveMessage({ target, timeoutMs: 60_000 })).toMatchObject({
    kind: "invalid",
    target,
    receiptHandle: "r-1",
    raw: "{}",
    key: "user-1",
    attempt: 3,
    sentAt: new Date("2021-01-01T00:00:00Z"),
    headers: { "MYKOBO.Process": "ledger" },
  });
  expect(waits()).toEqual([20, 20]);
  expect(bus.stats()).toMatchObject({ received: 1, invalid: 1, redelivered: 1, acknowledged: 0 });
  expect(await bus.close()).toMatchObject({ notHandled: 1 });
});

it("copes with an answer that lacks what SQS promises", async () => {
  sqs.messages.push([{ MessageId: "1", Body: "{}" }], [{ MessageId: "2", ReceiptHandle: "r-2" }]);
  expect(await bus.receiveMessage({ target, timeoutMs: 0 })).toBeUndefined();
  const received = await bus.receiveMessage({ target, timeoutMs: 0 });
  expect(received).toMatchObject({ receiptHandle: "r-2", raw: "", attempt: 1, headers: {} });
  expect(received?.sentAt).toBeUndefined();
});

it("deletes what is acknowledged in one turn by one request, and counts each once", async () => {
  sqs.messages.push(...[1, 2, 3].map((n) => [{ MessageId: `${n}`, ReceiptHandle: `r-${n}`, Body: "{}" }]));
  const all = await Promise.all([1, 2, 3].map(() => bus.receiveMessage({ target, timeoutMs: 0 })));
  const received = all.filter((one) => one !== undefined);
  await Promise.all(received.map((one) => bus.acknowledge(one)));
  expect(sqs.inputs("deleteMessageBatch")).toHaveLength(1);
  for (const one of received) await bus.acknowledge(one);
  expect(bus.stats().acknowledged).toBe(3);
  expect(await bus.close()).toMatchObject({ notHandled: 0 });
});

it.each([{ timeoutMs: -1 }, { timeoutMs: Number.NaN }, { visibilityTimeoutMs: 43_200_001 }])(
  "refuses to receive with %j",
  async (options) => {
    await expect(bus.receiveMessage({ target, ...options })).rejects.toMatchObject({
      code: "wirekit/config",
      issues: [{ path: Object.keys(options)[0] }],
    });
  },
);

it("refuses to consume with a visibility time-out that SQS does not take", () => {
  for (const visibilityTimeoutMs of [0, 43_200_001]) {
    expect(() => bus.consume({ target, visibilityTimeoutMs }, () => {})).toThrow("visibilityTimeoutMs");
  }
});

it("refuses a place for dead letters that cannot be a queue, before anything is received", () => {
  expect(() => bus.consume({ target, deadLetter: { target: "a/b" } }, () => {})).toThrow("deadLetter.target");
  expect(sqs.requests).toEqual([]);
});
