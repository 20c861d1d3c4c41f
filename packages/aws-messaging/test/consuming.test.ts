import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { scale } from "@wirekit/test-support/scale";
import {
  type AuditRecord,
  AwsMessaging,
  InvalidMessageError,
  localKeyring,
  messageCipher,
  SubscriptionRegistry,
} from "../src/index.ts";
import { numbers, OrderPlaced, placedAt, recordingLogger, startFixture, until } from "./messaging-fixture.ts";

const target = { topic: "orders", schema: OrderPlaced };
const fifo = { topic: "orders.fifo", schema: OrderPlaced };
const queue = "test-orders-queue";
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const event = (n: number) => ({ n, placed_at: placedAt });

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const isEmpty = async (name = queue) => {
  const { ready, inFlight, delayed } = await fixture.aws.inspectQueue(name);
  return ready.length + inFlight.length + delayed.length === 0;
};

describe("a message", () => {
  it("is decoded for its handler and deleted when that has succeeded", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    const handled: unknown[] = [];
    const consumer = messaging.consume({ ...target, ...quick }, (received, { metadata }) => {
      handled.push([received, metadata.attributes, metadata.receiveCount]);
    });
    await messaging.publish(target, event(1), { attributes: { tenant: "t-1", priority: 5 } });
    await until(isEmpty);
    expect(handled).toEqual([[event(1), { tenant: "t-1", priority: 5 }, 1]]);
    await consumer.close();
    expect(consumer.stats()).toMatchObject({ received: 1, handled: 1 });
  });

  it.each(["raw", "wrapped"] as const)("is taken %s", async (delivery) => {
    const messaging = fixture.messaging();
    await messaging.provision("orders", { delivery });
    const subjects: unknown[] = [];
    messaging.consume(
      { ...target, ...quick },
      (_event, { metadata }) => void subjects.push(metadata.subject),
    );
    await messaging.publish(target, event(1), { subject: "New order" });
    await until(() => subjects.length === 1);
    expect(subjects).toEqual([delivery === "raw" ? undefined : "New order"]);
    await until(isEmpty);
  });

  it("comes again when its handler has failed, and says how often", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders", { visibilityTimeoutMs: 60_000 });
    const counts: number[] = [];
    const consumer = messaging.consume({ ...target, ...quick }, (_event, { metadata }) => {
      counts.push(metadata.receiveCount);
      if (counts.length < 3) throw new Error("not yet");
    });
    await messaging.publish(target, event(1));
    await until(isEmpty);
    expect(counts).toEqual([1, 2, 3]);
    await consumer.close();
    expect(consumer.stats()).toMatchObject({ received: 3, handled: 1, retried: 2 });
  });

  it("goes to the dead-letter destination with its reason when it has failed often enough", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders", { maxReceiveCount: 100 });
    await fixture.aws.createQueue("given-up");
    const consumer = messaging.consume(
      { ...target, ...quick, deadLetter: { queue: "given-up" }, retry: { maxAttempts: 2 } },
      () => {
        throw new Error("never");
      },
    );
    await messaging.publish(target, event(7), { attributes: { tenant: "t-1" } });
    await until(async () => (await fixture.aws.inspectQueue("given-up")).ready.length === 1);
    await until(isEmpty);
    expect(JSON.parse((await fixture.aws.inspectQueue("given-up")).ready[0] ?? "")).toMatchObject({ n: 7 });
    await consumer.close();
    expect(consumer.stats()).toMatchObject({ received: 2, retried: 1, deadLettered: 1 });
  });

  it("that is invalid is reported and left to the redrive policy, which takes it", async () => {
    const logger = recordingLogger();
    const messaging = fixture.messaging({ logger });
    await messaging.provision("orders", { maxReceiveCount: 1 });
    const consumer = messaging.consume({ ...target, ...quick, visibilityTimeoutMs: 1_000 }, () => {});
    const invalid = new Promise<void>((resolve) => {
      consumer.on("processed", ({ outcome }) => {
        if (outcome === "invalid") resolve();
      });
    });
    await messaging.publish({ topic: "orders", schema: OrderPlaced.partial() }, { n: 4_111_111 });
    await invalid;
    await until(async () => (await fixture.aws.inspectQueue(`${queue}-dead-letters`)).ready.length === 1);
    expect(logger.lines.join("\n")).toContain("invalid");
    expect(logger.lines.join("\n")).not.toContain("4111111");
  });

  it("of a type that nobody has subscribed to is never deleted", async () => {
    const logger = recordingLogger();
    const messaging = fixture.messaging({ logger });
    await messaging.provision("orders");
    const subscriptions = new SubscriptionRegistry().subscribe(
      "orders",
      { schema: OrderPlaced, discriminator: { attribute: "type", value: "placed" } },
      () => {},
    );
    const controller = new AbortController();
    const running = messaging.runConsumer(subscriptions, { ...quick, signal: controller.signal });
    await messaging.publish(target, event(1), { attributes: { type: "cancelled" } });
    await until(() => logger.lines.some((line) => line.includes("aws-messaging/subscription-not-found")));
    controller.abort();
    await running;
    expect(await isEmpty()).toBe(false);
  });
});

describe("a consumer", () => {
  it("handles everything that is published, with full receives and deletes", async () => {
    const count = scale({ small: 300, full: 3_000 });
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    await messaging.publishBatch(
      target,
      numbers(count).map((n) => ({ event: event(n) })),
    );
    fixture.aws.resetCounts();
    const handled = new Set<number>();
    messaging.consume({ ...target, ...quick, concurrency: 100 }, ({ n }) => void handled.add(n));
    await until(isEmpty);
    expect(handled.size).toBe(count);
    expect(fixture.aws.counts.DeleteMessageBatch).toBeLessThanOrEqual(count / 10 + 10);
  });

  it("does not wait for the slowest message", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    await messaging.publishBatch(
      target,
      numbers(40).map((n) => ({ event: event(n) })),
    );
    let release = (): void => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const handled: number[] = [];
    const consumer = messaging.consume({ ...target, ...quick, concurrency: 2 }, async ({ n }) => {
      if (n === 0) await slow;
      handled.push(n);
    });
    await until(() => handled.length === 39);
    release();
    await until(isEmpty);
    expect(handled.at(-1)).toBe(0);
    await consumer.close();
  });

  it("keeps the order of each FIFO group, also when a message fails", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders.fifo", { maxReceiveCount: 50 });
    await Promise.all(numbers(30).map((n) => messaging.publish(fifo, event(n), { groupId: `g${n % 3}` })));
    const handled: number[] = [];
    const failedOnce = new Set<number>();
    messaging.consume({ ...fifo, ...quick, concurrency: 5 }, ({ n }) => {
      if (n % 4 === 1 && !failedOnce.has(n)) {
        failedOnce.add(n);
        throw new Error("once");
      }
      handled.push(n);
    });
    await until(() => isEmpty("test-orders-queue.fifo"));
    for (const group of numbers(3)) {
      expect(handled.filter((n) => n % 3 === group)).toEqual(numbers(30).filter((n) => n % 3 === group));
    }
  });

  it("asks for few messages at once on a FIFO queue, because those behind a failure are given back", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders.fifo");
    const asked = new Promise((resolve) => {
      fixture.aws.faults.next(
        { kind: "hold", before: "answer", forMs: 0 },
        {
          on: "ReceiveMessage",
          when: ({ body }) => {
            resolve(JSON.parse(body));
            return true;
          },
        },
      );
    });
    messaging.consume({ ...fifo, ...quick }, () => {});
    await expect(asked).resolves.toMatchObject({ MaxNumberOfMessages: 3 });
  });

  it("renews the lease of a slow message, which nobody else gets meanwhile", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    let calls = 0;
    const renewed = fixture.aws.faults.next(
      { kind: "hold", before: "answer", forMs: 0 },
      { on: "ChangeMessageVisibilityBatch", times: 2 },
    );
    messaging.consume({ ...target, ...quick, visibilityTimeoutMs: 3_000 }, async () => {
      calls += 1;
      await renewed.struck(2);
    });
    await messaging.publish(target, event(1));
    await until(isEmpty);
    expect(calls).toBe(1);
  });

  it.each([
    ["throttling", { kind: "error", status: 400, code: "ThrottlingException" }, "ReceiveMessage"],
    ["an internal error", { kind: "error", status: 500, code: "InternalError" }, "ReceiveMessage"],
    ["a reset receive", { kind: "reset", before: "apply" }, "ReceiveMessage"],
    ["a refused delete", { kind: "error", status: 500, code: "InternalError" }, "DeleteMessageBatch"],
    ["a lost answer to a delete", { kind: "reset", before: "answer" }, "DeleteMessageBatch"],
  ] as const)("survives %s", async (_what, fault, action) => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    fixture.aws.faults.next(fault, { on: action, times: 2 });
    const handled = new Set<number>();
    const consumer = messaging.consume({ ...target, ...quick }, ({ n }) => void handled.add(n));
    await messaging.publishBatch(
      target,
      numbers(10).map((n) => ({ event: event(n) })),
    );
    await until(isEmpty);
    expect(handled.size).toBe(10);
    expect(consumer.health().status).toBe("ok");
  });

  it("handles what SQS gives twice, deletes both, and counts both", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    await messaging.publishBatch(
      target,
      numbers(5).map((n) => ({ event: event(n) })),
    );
    const planned = fixture.aws.faults.next({ kind: "duplicate" }, { on: "ReceiveMessage" });
    const handled: number[] = [];
    const consumer = messaging.consume({ ...target, ...quick }, ({ n }) => void handled.push(n));
    await planned.struck();
    await until(isEmpty);
    await consumer.close();
    expect(new Set(handled)).toEqual(new Set(numbers(5)));
    const { received, handled: counted, retried, deadLettered, invalid, left } = consumer.stats();
    expect(received).toBeGreaterThan(5);
    expect(received).toBe(counted + retried + deadLettered + invalid + left);
  });

  it("handles everything of a standard queue that hands it out in the wrong order", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    await messaging.publishBatch(
      target,
      numbers(5).map((n) => ({ event: event(n) })),
    );
    const planned = fixture.aws.faults.next({ kind: "reverse" }, { on: "ReceiveMessage" });
    const handled: number[] = [];
    const consumer = messaging.consume(
      { ...target, ...quick, concurrency: 1 },
      ({ n }) => void handled.push(n),
    );
    await planned.struck();
    await until(isEmpty);
    await consumer.close();
    expect([...handled].sort()).toEqual(numbers(5));
    expect(consumer.stats()).toMatchObject({ received: 5, handled: 5 });
  });

  it.each(["GetQueueUrl", "ReceiveMessage", "DeleteMessageBatch"] as const)(
    "waits for no answer to %s longer than its time limit, and asks again",
    async (action) => {
      await fixture.messaging().provision("orders");
      fixture.aws.faults.next({ kind: "hold", before: "answer" }, { on: action });
      const impatient = new AwsMessaging({ ...fixture.config, requestTimeoutMs: 300, logger: silentLogger });
      // What the answer that never came has taken comes again after this time.
      const consumer = impatient.consume({ ...target, ...quick, visibilityTimeoutMs: 1_000 }, () => {});
      await fixture.messaging().publish(target, event(1));
      await until(() => consumer.stats().handled > 0 && isEmpty());
      await impatient.close();
    },
  );

  it("retries the deletes that failed, and only those", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    fixture.aws.faults.next(
      { kind: "fail-entries", which: ({ index }) => index === 0, code: "InternalError", senderFault: false },
      { on: "DeleteMessageBatch" },
    );
    let calls = 0;
    messaging.consume({ ...target, ...quick }, () => {
      calls += 1;
    });
    await messaging.publishBatch(
      target,
      numbers(5).map((n) => ({ event: event(n) })),
    );
    await until(isEmpty);
    expect(calls).toBe(5);
  });

  it("says once that it cannot receive, and once that it can again", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    fixture.aws.faults.next({ kind: "reset", before: "apply" }, { on: "ReceiveMessage", times: 3 });
    const seen: string[] = [];
    const consumer = messaging.consume({ ...target, ...quick }, () => {});
    consumer.on("fault", () => void seen.push("fault"));
    consumer.on("recovered", () => void seen.push("recovered"));
    await until(() => seen.includes("recovered"));
    expect(seen).toEqual(["fault", "recovered"]);
  });

  it("rejects `closed` when its queue does not exist", async () => {
    const messaging = fixture.messaging();
    const consumer = messaging.consume({ queue: "nowhere", schema: OrderPlaced, ...quick }, () => {});
    await expect(consumer.closed).rejects.toMatchObject({ code: "aws/gone" });
    expect(consumer.health().status).toBe("failed");
  });

  it("rejects `closed` when its queue is deleted meanwhile", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    const consumer = messaging.consume({ ...target, ...quick }, () => {});
    fixture.aws.faults.next(
      { kind: "error", status: 400, code: "QueueDoesNotExist" },
      { on: "ReceiveMessage" },
    );
    await expect(consumer.closed).rejects.toMatchObject({ code: "aws/gone" });
  });

  it("drops its long poll at once when it is closed, and gives back what waits", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    let started = (): void => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const consumer = messaging.consume({ ...target, concurrency: 1 }, (_event, { signal }) => {
      started();
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    });
    await messaging.publishBatch(
      target,
      numbers(5).map((n) => ({ event: event(n) })),
    );
    await running;
    // What a dropped poll was about to bring is out of sight until its visibility time-out: SQS has no way to
    // call it back.
    await until(async () => {
      const { ready, inFlight } = await fixture.aws.inspectQueue(queue);
      const { received } = consumer.stats();
      return ready.length + inFlight.length === 5 && inFlight.length === received && received >= 2;
    });
    const { notHandled } = await consumer.close({ timeoutMs: 3_000 });
    expect(notHandled).toBeGreaterThan(0);
    // All are in sight again for another consumer.
    await until(async () => (await fixture.aws.inspectQueue(queue)).ready.length === 5);
  });
});

it("encrypts on the way, and takes a changed message for invalid", async () => {
  const keys = localKeyring({ keys: { k1: new Uint8Array(32).fill(7) }, currentKeyId: "k1" });
  const messaging = fixture.messaging({ encryption: messageCipher({ keys }) });
  await messaging.provision("orders");
  await messaging.publish(target, event(42), { attributes: { tenant: "t-1" } });
  expect((await fixture.aws.inspectQueue(queue)).ready[0]).not.toContain("placed_at");
  const handled: unknown[] = [];
  const consumer = messaging.consume(
    { ...target, ...quick },
    (received, { metadata }) => void handled.push([received, metadata.attributes]),
  );
  await until(() => consumer.stats().handled === 1);
  expect(handled).toEqual([[event(42), { tenant: "t-1" }]]);

  const outcome = new Promise((resolve) => consumer.on("processed", resolve));
  // Encrypted under another key of the same name.
  const forged = localKeyring({ keys: { k1: new Uint8Array(32).fill(8) }, currentKeyId: "k1" });
  await fixture.messaging({ encryption: messageCipher({ keys: forged }) }).publish(target, event(43));
  await expect(outcome).resolves.toMatchObject({
    outcome: "invalid",
    error: expect.any(InvalidMessageError),
  });
});

it("keeps an account of everything in its audit records, without a body", async () => {
  const records: AuditRecord[] = [];
  const messaging = fixture.messaging({ audit: (record) => void records.push(record) });
  await messaging.provision("orders");
  messaging.consume({ ...target, ...quick }, () => {});
  await messaging.publish(target, event(4_111));
  await expect(messaging.publish(target, { n: "x" } as never)).rejects.toMatchObject({
    name: "ValidationFailedError",
  });
  await until(() => records.some((record) => record.event === "handled"));
  expect(records.map((record) => record.event).sort()).toEqual([
    "delivered",
    "handled",
    "publish-failed",
    "published",
  ]);
  expect(JSON.stringify(records)).not.toContain("placed_at");
});
