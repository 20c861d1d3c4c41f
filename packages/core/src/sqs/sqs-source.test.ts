import { expect, it } from "@jest/globals";
import { FakeSqs, sqsMessage } from "../../test/fake-sqs.ts";
import { type ConsumerOptions, createConsumer } from "../inbound/index.ts";
import { ConfigError, ConnectionError, type LogFields, silentLogger, WirekitError } from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { SqsDelivery } from "./sqs-delivery.ts";
import { SqsSource } from "./sqs-source.ts";
import type { SqsSourceOptions } from "./sqs-source-options.ts";

const queueUrl = "https://sqs.example.com/1/orders";

/** A consumer over a fake queue, in simulated time; `handler` is called with the message's body. */
function start(
  handler: (body: string, signal: AbortSignal) => unknown,
  {
    receiving = {},
    ...options
  }: { readonly receiving?: Partial<SqsSourceOptions> } & Partial<ConsumerOptions<SqsDelivery, string>> = {},
) {
  const sqs = new FakeSqs();
  const clock = new ManualClock();
  const common = { clock, random: () => 0.5, logger: silentLogger };
  const source = new SqsSource({ ...common, sqs, queueUrl, ...receiving });
  const consumer = createConsumer<SqsDelivery, string>(
    { ...common, source, decode: ({ body }) => body, retry: { baseDelayMs: 10_000 }, ...options },
    (body, { signal }) => handler(body, signal),
  );
  const close = async () => {
    const closing = consumer.close();
    await clock.advance(20_000);
    return closing;
  };
  return { sqs, clock, source, consumer, close };
}

const handles = (entries: readonly { readonly ReceiptHandle: string }[]) =>
  entries.map(({ ReceiptHandle }) => ReceiptHandle);
const changes = (sqs: FakeSqs) =>
  sqs
    .inputs("changeMessageVisibilityBatch")
    .flatMap(({ Entries }) =>
      Entries.map(({ ReceiptHandle, VisibilityTimeout }) => [ReceiptHandle, VisibilityTimeout]),
    );
const deletes = (sqs: FakeSqs) => sqs.inputs("deleteMessageBatch").flatMap(({ Entries }) => handles(Entries));

it("asks with a long poll for ten messages, and deletes what was handled", async () => {
  const handled: string[] = [];
  const { sqs, clock, consumer, close } = start((body) => void handled.push(body));
  await clock.settle();
  expect(sqs.inputs("receiveMessage")).toEqual([
    { QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, VisibilityTimeout: 30 },
  ]);
  sqs.deliver(sqsMessage("1"), sqsMessage("2"));
  await clock.advance(50);
  expect(handled).toEqual(["body of 1", "body of 2"]);
  expect(deletes(sqs)).toEqual(["r-1", "r-2"]);
  expect(sqs.inputs("deleteMessageBatch")).toHaveLength(1);
  expect(consumer.stats()).toMatchObject({ received: 2, handled: 2 });
  await close();
});

it("lets a message that failed come back after its pause, which grows with the receive count", async () => {
  const { sqs, clock, close } = start(() => {
    throw new Error("no");
  });
  await clock.settle();
  sqs.deliver(sqsMessage("1"), sqsMessage("2", { receiveCount: 3 }));
  await clock.advance(50);
  // Between half and all of 10 and of 40 seconds; the random number is a half.
  expect(changes(sqs)).toEqual([
    ["r-1", 8],
    ["r-2", 30],
  ]);
  expect(deletes(sqs)).toEqual([]);
  await close();
});

it("never asks for a pause that ends after the lease's twelve hours", async () => {
  const { sqs, clock, close } = start(() => {
    throw new WirekitError("later", {
      code: "test/later",
      retryable: true,
      details: { retryAfterMs: 24 * 3_600_000 },
    });
  });
  await clock.settle();
  sqs.deliver(sqsMessage("1"));
  await clock.advance(50);
  expect(changes(sqs)[0]?.[1]).toBeLessThan(12 * 3_600);
  await close();
});

it("leaves what is invalid as it is: neither deleted nor brought back early", async () => {
  const { sqs, clock, consumer, close } = start(() => {}, {
    decode: () => {
      throw new SyntaxError("nonsense");
    },
  });
  await clock.settle();
  sqs.deliver(sqsMessage("1"));
  await clock.advance(60_000);
  expect(deletes(sqs)).toEqual([]);
  // Its lease is not renewed either.
  expect(changes(sqs)).toEqual([]);
  expect(consumer.stats()).toMatchObject({ invalid: 1 });
  await close();
});

it("renews the lease of a message whose handler is slow", async () => {
  let finish = (): void => {};
  const { sqs, clock, close } = start(() => new Promise<void>((resolve) => (finish = resolve)));
  await clock.settle();
  sqs.deliver(sqsMessage("1"));
  await clock.advance(100_000);
  const renewals = changes(sqs);
  expect(renewals.length).toBeGreaterThanOrEqual(4);
  expect(renewals.every(([handle, seconds]) => handle === "r-1" && seconds === 30)).toBe(true);
  finish();
  await clock.advance(50);
  expect(deletes(sqs)).toEqual(["r-1"]);
  const after = changes(sqs).length;
  await clock.advance(100_000);
  expect(changes(sqs)).toHaveLength(after);
  await close();
});

it("says in health() that leases cannot be renewed, until they can", async () => {
  let finish = (): void => {};
  const { sqs, clock, consumer, close } = start(
    () => new Promise<void>((resolve) => (finish = resolve)),
    // Longer pauses than the test has.
    { receiving: { retry: { maxAttempts: 1 } } },
  );
  await clock.settle();
  const refused = () => Promise.reject(new ConnectionError("renewals are down"));
  sqs.next("changeMessageVisibilityBatch", refused, refused, refused);
  sqs.deliver(sqsMessage("1"));
  await clock.advance(17_000);
  expect(consumer.health()).toMatchObject({
    status: "degraded",
    reasons: [{ message: expect.stringContaining("renewals are down") }],
  });
  await clock.advance(10_000);
  expect(consumer.health()).toMatchObject({ status: "ok", reasons: [] });
  finish();
  await close();
});

it("aborts a handler whose lease is lost, and does not acknowledge its result", async () => {
  const aborted: unknown[] = [];
  const { sqs, clock, consumer, close } = start(
    (_body, signal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => {
          aborted.push(signal.reason);
          resolve();
        });
      }),
  );
  await clock.settle();
  sqs.next("changeMessageVisibilityBatch", async () => ({
    Failed: [{ Id: "0", Code: "ReceiptHandleIsInvalid", SenderFault: true }],
  }));
  sqs.deliver(sqsMessage("1"));
  await clock.advance(60_000);
  expect(aborted).toHaveLength(1);
  expect(deletes(sqs)).toEqual([]);
  expect(consumer.stats()).toMatchObject({ left: 1, handled: 0 });
  await close();
});

it("opens more receives while they come back full, and falls back to one when they come back empty", async () => {
  const { sqs, clock, consumer, close } = start(() => {}, {
    concurrency: 100,
    capacity: 100,
    receiving: { maxReceives: 3 },
  });
  await clock.settle();
  const full = (from: number) => Array.from({ length: 10 }, (_, n) => sqsMessage(`${from}-${n}`));
  for (let round = 0; round < 6; round += 1) {
    sqs.deliver(...full(round));
    await clock.advance(50);
  }
  expect(sqs.polls).toHaveLength(3);
  for (let round = 0; round < 4; round += 1) {
    sqs.deliver();
    await clock.advance(50);
  }
  expect(sqs.polls).toHaveLength(1);
  expect(consumer.stats().handled).toBe(60);
  await close();
});

it("backs off while receives fail, says so once, and says when they work again", async () => {
  const { sqs, clock, consumer, close } = start(() => {});
  const seen: string[] = [];
  consumer.on("fault", ({ error }) => void seen.push(error.message));
  consumer.on("recovered", () => void seen.push("recovered"));
  const broken = () => Promise.reject(new ConnectionError("it broke"));
  sqs.next("receiveMessage", broken, broken, broken, broken, async () => ({}));
  await clock.advance(100);
  expect(sqs.inputs("receiveMessage")).toHaveLength(1);
  expect(consumer.health().status).toBe("degraded");
  await clock.advance(10_000);
  expect(seen).toEqual(["it broke", "recovered"]);
  expect(consumer.health().status).toBe("ok");
  await close();
});

it("stops by itself, and closes its other receives, when a receive says that the queue is gone", async () => {
  const { sqs, clock, consumer } = start(() => {}, { concurrency: 50 });
  await clock.settle();
  sqs.deliver(...Array.from({ length: 10 }, (_, n) => sqsMessage(`${n}`)));
  await clock.advance(50);
  expect(sqs.polls.length).toBeGreaterThan(1);
  const gone = new WirekitError("The queue is gone", { code: "test/gone", retryable: false });
  sqs.next("receiveMessage", () => Promise.reject(gone));
  sqs.deliver(sqsMessage("last"));
  const rejected = expect(consumer.closed).rejects.toBe(gone);
  await clock.advance(20_000);
  await rejected;
  expect(sqs.polls).toEqual([]);
  expect(deletes(sqs)).toHaveLength(11);
});

it("takes a receive that never ends for one that failed", async () => {
  const { sqs, clock, consumer, close } = start(() => {}, { receiving: { timeoutMs: 5_000 } });
  await clock.advance(25_000);
  expect(consumer.health()).toMatchObject({
    status: "degraded",
    reasons: [{ code: "wirekit/timeout" }],
  });
  await clock.advance(1_000);
  expect(sqs.inputs("receiveMessage")).toHaveLength(2);
  await close();
});

it("skips a message that lacks what it takes to settle it, and says so", async () => {
  const logged: LogFields[] = [];
  const logger = { ...silentLogger, error: (fields: LogFields) => void logged.push(fields) };
  const { sqs, clock, consumer, close } = start(() => {}, { receiving: { logger } });
  await clock.settle();
  const { ReceiptHandle: _none, ...incomplete } = sqsMessage("1");
  sqs.deliver(incomplete, { ReceiptHandle: "r-2" }, { MessageId: "3", ReceiptHandle: "r-3" });
  await clock.advance(50);
  expect(logged).toEqual([{ id: "1" }, { id: undefined }]);
  expect(consumer.stats()).toMatchObject({ received: 1, handled: 1 });
  await close();
});

it("handles a FIFO group in order, and gives back at once what stands behind a failure", async () => {
  const handled: string[] = [];
  const { sqs, clock, close } = start(
    (body) => {
      handled.push(body);
      if (body.endsWith("g1")) throw new Error("no");
    },
    { receiving: { queueUrl: `${queueUrl}.fifo` } },
  );
  await clock.settle();
  expect(sqs.inputs("receiveMessage")[0]).toMatchObject({ MaxNumberOfMessages: 3 });
  sqs.deliver(
    sqsMessage("g1", { groupId: "g" }),
    sqsMessage("g2", { groupId: "g" }),
    sqsMessage("h1", { groupId: "h" }),
  );
  await clock.advance(50);
  expect(handled).toEqual(["body of g1", "body of h1"]);
  expect(changes(sqs)).toEqual(
    expect.arrayContaining([
      ["r-g1", 8],
      ["r-g2", 0],
    ]),
  );
  expect(deletes(sqs)).toEqual(["r-h1"]);
  await close();
});

it("drops its long poll when it is closed, gives back what waits, and leaves no timer", async () => {
  let finish = (): void => {};
  const { sqs, clock, consumer, close } = start(() => new Promise<void>((resolve) => (finish = resolve)), {
    concurrency: 1,
    capacity: 20,
  });
  await clock.settle();
  sqs.deliver(sqsMessage("1"), sqsMessage("2"));
  await clock.settle();
  const left: string[] = [];
  consumer.on("processed", ({ delivery, outcome }) => outcome === "left" && left.push(delivery.id));
  const closing = consumer.close();
  finish();
  await clock.advance(100);
  expect((await closing).notHandled).toBe(1);
  expect(left).toEqual(["2"]);
  expect(sqs.polls).toEqual([]);
  expect(changes(sqs)).toEqual([["r-2", 0]]);
  expect(deletes(sqs)).toEqual(["r-1"]);
  await close();
  expect(clock.pendingTimers).toBe(0);
});

it("says how it is", async () => {
  const { sqs, clock, source, close } = start(() => {});
  expect(source.details()).toMatchObject({ queueUrl, lastReceivedAt: undefined });
  await clock.settle();
  sqs.deliver(sqsMessage("1"));
  await clock.advance(50);
  expect(source.details()).toMatchObject({
    receives: 1,
    lastReceivedAt: expect.any(Number),
    settlements: { deletes: { delivered: 1 } },
  });
  await close();
});

it("names every option at fault", () => {
  const wrong = {
    visibilityTimeoutMs: 1_500,
    waitTimeMs: 30_000,
    maxReceives: 0,
    receiveSize: 11,
    settleLingerMs: 60,
    timeoutMs: 0,
  };
  const make = (options: Partial<SqsSourceOptions>) => () =>
    new SqsSource({ sqs: new FakeSqs(), queueUrl, ...options });
  expect(make(wrong)).toThrow(ConfigError);
  for (const name of Object.keys(wrong)) expect(make(wrong)).toThrow(name);
  expect(make({ receiveSize: 0 })).toThrow("receiveSize");
  expect(make({ settleLingerMs: -1 })).toThrow("settleLingerMs");
});

it("adds to a delivery what its owner knows of it", async () => {
  const seen: string[] = [];
  const { sqs, clock, close } = start(() => {}, {
    receiving: { toDelivery: (delivery) => ({ ...delivery, body: `seen ${delivery.body}` }) },
    decode: ({ body }) => {
      seen.push(body);
      return body;
    },
  });
  await clock.settle();
  sqs.deliver(sqsMessage("1"));
  await clock.advance(50);
  expect(seen).toEqual(["seen body of 1"]);
  expect(deletes(sqs)).toEqual(["r-1"]);
  await close();
});
