import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ConnectionError, WirekitError } from "@wirekit/core";
import { deferred } from "@wirekit/core/testing";
import * as z from "zod";
import { isoDate, numbers, OrderPlaced, placedAt, startFixture, until } from "./messaging-fixture.ts";

const target = { topic: "orders", schema: OrderPlaced };
const queue = "test-orders-queue";
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const event = (n: number) => ({ n, placed_at: placedAt });

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const held = async (name = queue) => {
  const { ready, inFlight, delayed } = await fixture.aws.inspectQueue(name);
  return ready.length + inFlight.length + delayed.length;
};

/** A client whose topic and queue stand. */
async function provisioned() {
  const messaging = fixture.messaging();
  await messaging.provision("orders");
  return messaging;
}

describe("a dead letter that cannot be written", () => {
  it("makes no handler run again, however often it fails, and health() says which place it is", async () => {
    const messaging = await provisioned();
    let handled = 0;
    const failures: string[][] = [];
    const consumer = messaging.consume(
      {
        ...target,
        ...quick,
        retry: { ...quick.retry, maxAttempts: 2 },
        deadLetter: { queue: "given-up" },
      },
      () => {
        handled += 1;
        throw new Error("poison");
      },
    );
    // The queue is not there: the message stays, and nothing is done for it again.
    await messaging.publish(target, event(1));
    await until(() => consumer.stats().left === 1);
    failures.push(messaging.health().reasons.map(({ message }) => message));
    expect(failures[0]).toEqual([
      expect.stringMatching(/^Dead letters cannot be written to the queue "given-up": /),
    ]);
    expect(consumer.health().status).toBe("degraded");
    expect(handled).toBe(2);
    expect(await held()).toBe(1);
    await consumer.close();
  });

  it("is written once its place works, and the message was not handled meanwhile", async () => {
    const messaging = await provisioned();
    let handled = 0;
    let tries = 0;
    const consumer = messaging.consume(
      {
        ...target,
        ...quick,
        retry: { ...quick.retry, maxAttempts: 2 },
        visibilityTimeoutMs: 1_000,
        deadLetter: {
          sink: async () => {
            tries += 1;
            if (tries <= 2) throw new ConnectionError("the place is down");
          },
        },
      },
      () => {
        handled += 1;
        throw new Error("poison");
      },
    );
    await messaging.publish(target, event(1));
    await until(() => consumer.health().reasons.some(({ message }) => message.includes("the place is down")));
    await until(async () => consumer.stats().deadLettered === 1 && (await held()) === 0);
    expect({ handled, tries }).toEqual({ handled: 2, tries: 3 });
    expect(consumer.stats()).toMatchObject({ deadLettered: 1, failedDeadLetters: 2 });
    expect(consumer.health().status).toBe("ok");
  });

  it("holds up no other message", async () => {
    const messaging = await provisioned();
    const handled = new Set<number>();
    const consumer = messaging.consume(
      {
        ...target,
        ...quick,
        concurrency: 2,
        prefetch: 2,
        // What a poll that is dropped has taken comes again after this time.
        visibilityTimeoutMs: 1_000,
        classify: () => "dead-letter",
        deadLetter: { sink: () => Promise.reject(new ConnectionError("the place is down")) },
      },
      ({ n }) => {
        if (n < 10) throw new Error("poison");
        handled.add(n);
      },
    );
    await Promise.all(numbers(20).map((n) => messaging.publish(target, event(n))));
    await until(() => consumer.stats().handled === 10);
    expect([handled.size, consumer.stats().deadLettered]).toEqual([10, 0]);
    // What is being written is given back, without waiting for the place.
    await consumer.close();
    const next = new Set<number>();
    messaging.consume({ ...target, ...quick }, ({ n }) => void next.add(n));
    await until(async () => next.size === 10 && (await held()) === 0);
  });

  it.each<[string, () => Promise<unknown>]>([
    ["a sink that hangs", () => new Promise(() => undefined)],
    ["a sink that is down", () => Promise.reject(new ConnectionError("down"))],
  ])("does not hold close() beyond its limit: %s", async (_, sink) => {
    const messaging = await provisioned();
    let tries = 0;
    messaging.consume(
      {
        ...target,
        ...quick,
        classify: () => "dead-letter",
        deadLetter: {
          sink: () => {
            tries += 1;
            return sink();
          },
        },
      },
      () => {
        throw new Error("poison");
      },
    );
    await messaging.publish(target, event(1));
    await until(() => tries > 0);
    const startedAt = performance.now();
    const { notHandled } = await messaging.close({ timeoutMs: 1_000 });
    expect(notHandled).toBe(1);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("does not hold close() beyond its limit: a look-up of its queue that hangs", async () => {
    const messaging = await provisioned();
    const planned = fixture.aws.faults.next(
      { kind: "hold", before: "answer" },
      { on: "GetQueueUrl", when: (request) => JSON.stringify(request).includes("given-up") },
    );
    messaging.consume(
      { ...target, ...quick, classify: () => "dead-letter", deadLetter: { queue: "given-up" } },
      () => {
        throw new Error("poison");
      },
    );
    await messaging.publish(target, event(1));
    await planned.struck();
    const startedAt = performance.now();
    await messaging.close({ timeoutMs: 1_000 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

it.each([{ topic: "given-up" }, { queue: "test-given-up-queue" }])(
  "leaves out reasons for which a dead letter has no room: %j",
  async (deadLetter) => {
    const schema = z.object({ text: z.string() });
    const messaging = await provisioned();
    await messaging.provision("given-up");
    const given: unknown[] = [];
    messaging.consume({ topic: "given-up", schema, ...quick }, ({ text }, { metadata }) => {
      given.push([text.length, Object.keys(metadata.attributes).includes("wirekit.dead-letter.reason")]);
    });
    const consumer = messaging.consume(
      { topic: "orders", schema, ...quick, classify: () => "dead-letter", deadLetter },
      () => {
        throw new Error("poison");
      },
    );
    // As much as SNS takes: not one byte more goes with it to a topic.
    const length = 262_144 - '{"text":""}'.length;
    await messaging.publish({ topic: "orders", schema }, { text: "x".repeat(length) });
    await until(() => given.length === 1);
    expect(given).toEqual([[length, "queue" in deadLetter]]);
    await until(() => consumer.stats().deadLettered === 1);
  },
);

describe("a schema that throws", () => {
  // What a poll that is dropped has taken comes again after this time.
  const brief = { ...quick, visibilityTimeoutMs: 1_000 };
  const failing = (error: unknown) =>
    z.object({
      n: z.number().refine(async () => {
        if (error !== undefined) throw error;
        return true;
      }),
      placed_at: isoDate,
    });

  it.each<[string, unknown]>([
    ["a database that is down", new Error("ECONNREFUSED")],
    ["a client of ours that is refused", new WirekitError("denied", { code: "aws/denied" })],
    ["an answer that is not JSON", new SyntaxError("Unexpected token <")],
  ])("lets the message come again, and none is lost for it: %s", async (_, error) => {
    const messaging = await provisioned();
    const outcomes: string[] = [];
    const consumer = messaging.consume({ topic: "orders", schema: failing(error), ...brief }, () => {});
    consumer.on("processed", ({ outcome }) => void outcomes.push(outcome));
    await messaging.publish(target, event(1));
    await until(() => outcomes.length >= 2);
    expect(new Set(outcomes)).toEqual(new Set(["retried"]));
    await consumer.close();
    const handled: number[] = [];
    messaging.consume({ topic: "orders", schema: failing(undefined), ...brief }, ({ n }) => handled.push(n));
    await until(() => handled.length === 1);
  });

  it("makes no message invalid by itself: only the issues that it reports do", async () => {
    const messaging = await provisioned();
    const schema = z.object({
      n: z.number().refine(async (n) => n > 1, "must be above 1"),
      placed_at: isoDate,
    });
    const outcome = new Promise((resolve) => {
      messaging.consume({ topic: "orders", schema, ...quick }, () => {}).on("processed", resolve);
    });
    await messaging.publish(target, event(1));
    await expect(outcome).resolves.toMatchObject({
      outcome: "invalid",
      error: { name: "ValidationFailedError", issues: [{ path: "n", message: "must be above 1" }] },
    });
  });
});

it.each([
  [10, 0],
  [10, 5],
  [50, 0],
])(
  "fills the slots beside a slow message, with concurrency %i and prefetch %i",
  async (concurrency, prefetch) => {
    const messaging = await provisioned();
    const slow = deferred();
    const handled = new Set<number>();
    messaging.consume({ ...target, ...quick, concurrency, prefetch }, async ({ n }) => {
      if (n % 31 === 0) await slow.promise;
      handled.add(n);
    });
    await Promise.all(numbers(61).map((n) => messaging.publish(target, event(n))));
    await until(() => handled.size === 59);
    slow.resolve();
    await until(async () => (await held()) === 0);
  },
);
