import { describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { createConsumer, type Delivery, type Source } from "../src/inbound/index.ts";
import { silentLogger } from "../src/index.ts";
import { sleep } from "../src/kit/index.ts";
import { deferred } from "../src/testing/deferred.ts";
import type { ManualClock } from "../src/testing/manual-clock.ts";
import { QueuePlace, type SimulatedPlace } from "./source-conformance/queue-place.ts";
import { SqsPlace } from "./source-conformance/sqs-place.ts";

const runs = scale({ small: 40, full: 1_000 });

/**
 * A slot is filled within this time: what was taken is settled within 50 ms, and as long again may pass until
 * other slots are free for the same receive.
 */
const idleAtMostMs = 200;
const stepMs = 10;

interface Given {
  readonly concurrency: number;
  readonly prefetch: number;
  readonly messages: number;
  /** The places of the messages whose handlers end only in the end. */
  readonly slow: ReadonlySet<number>;
  readonly fastMs: number;
  readonly keyOf?: ((place: number) => string | undefined) | undefined;
}

interface Watched {
  readonly place: SimulatedPlace;
  readonly source: Source<Delivery<string>>;
  /** How many receives have begun, and whether one is under way. */
  readonly receives: () => { readonly begun: number; readonly areUnderWay: boolean };
}

/**
 * Handles all but the slow messages; returns how long a slot stood idle at most while messages waited for it.
 */
async function handleFast({ place, source, receives }: Watched, given: Given) {
  const { concurrency, prefetch, messages, slow, fastMs, keyOf = () => undefined } = given;
  const { clock, queue } = place;
  const handled = new Set<number>();
  const end = deferred();
  for (let index = 0; index < messages; index += 1) queue.send(`${index}`, keyOf(index));
  const consumer = createConsumer(
    {
      source,
      concurrency,
      capacity: concurrency + prefetch,
      handlerTimeoutMs: 3_600_000,
      decode: ({ body }) => Number(body),
      logger: silentLogger,
      clock,
    },
    async (index) => {
      if (slow.has(index)) await end.promise;
      else if (fastMs > 0) await sleep(fastMs, { clock });
      handled.add(index);
    },
  );
  const isBlocked = (index: number) =>
    [...slow].some((other) => other < index && keyOf(other) !== undefined && keyOf(other) === keyOf(index));
  const expected = Array.from({ length: messages }, (_, index) => index).filter(
    (index) => !slow.has(index) && !isBlocked(index),
  );
  let idleMs = 0;
  let receivesBefore = 0;
  let longestIdleMs = 0;
  const start = clock.monotonic();
  while (!expected.every((index) => handled.has(index))) {
    expect(clock.monotonic() - start).toBeLessThan(60_000);
    await clock.advance(stepMs);
    const { running } = consumer.stats();
    const waits = [...queue.messages.values()].some(({ visibleAt }) => visibleAt <= clock.monotonic());
    const { begun, areUnderWay } = receives();
    const isAsking = areUnderWay || begun > receivesBefore;
    receivesBefore = begun;
    idleMs = waits && running < concurrency && !isAsking ? idleMs + stepMs : 0;
    longestIdleMs = Math.max(longestIdleMs, idleMs);
  }
  end.resolve();
  await clock.runUntil(() => queue.messages.size === 0, 3_600_000);
  await close(clock, consumer);
  return longestIdleMs;
}

async function close(clock: ManualClock, consumer: { close(): Promise<unknown> }): Promise<void> {
  let isClosed = false;
  void consumer.close().then(() => {
    isClosed = true;
  });
  await clock.runUntil(() => isClosed);
}

function onSqs(receiveSize: number, queueName = "orders"): Watched {
  const place = new SqsPlace({ queueName });
  const source = place.makeSource({ receiveSize }) as unknown as Source<Delivery<string>>;
  const receives = () => ({ begun: place.requests.receives, areUnderWay: place.receivesUnderWay > 0 });
  return { place, source, receives };
}

const given = fc
  .record({
    concurrency: fc.integer({ min: 1, max: 50 }),
    prefetch: fc.integer({ min: 0, max: 12 }),
    messages: fc.integer({ min: 1, max: 80 }),
    slow: fc.uniqueArray(fc.nat(79), { maxLength: 49 }),
    fastMs: fc.constantFrom(0, 5, 60, 300),
  })
  // With a slow message in each slot there is nothing to prove.
  .map(({ slow, ...rest }) => ({ ...rest, slow: new Set(slow.slice(0, rest.concurrency - 1)) }));

describe("a free slot is filled", () => {
  it(`from SQS, whatever stands in the others (${runs} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.integer({ min: 1, max: 10 }), async (scenario, receiveSize) => {
        expect(await handleFast(onSqs(receiveSize), scenario)).toBeLessThanOrEqual(idleAtMostMs);
      }),
      { numRuns: runs },
    );
  }, 600_000);

  it(`from a FIFO queue, whatever stands in the others (${runs} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(given, fc.integer({ min: 1, max: 40 }), async (scenario, groups) => {
        const keyOf = (index: number) => `group ${index % groups}`;
        await handleFast(onSqs(3, "orders.fifo"), { ...scenario, keyOf });
      }),
      { numRuns: runs },
    );
  }, 600_000);

  it(`from a queue of another kind (${runs} runs)`, async () => {
    await fc.assert(
      fc.asyncProperty(given, async (scenario) => {
        const place = new QueuePlace();
        const source = place.makeSource() as unknown as Source<Delivery<string>>;
        // It polls ten times a second.
        const receives = () => ({ begun: 0, areUnderWay: true });
        await handleFast({ place, source, receives }, scenario);
      }),
      { numRuns: runs },
    );
  }, 600_000);

  it.each([
    [10, 0],
    [10, 5],
    [50, 0],
    [2, 0],
  ])("beside a slow message, with concurrency %i and prefetch %i", async (concurrency, prefetch) => {
    const scenario = { concurrency, prefetch, messages: 200, slow: new Set([0]), fastMs: 0 };
    expect(await handleFast(onSqs(Math.min(10, concurrency + prefetch)), scenario)).toBeLessThanOrEqual(
      idleAtMostMs,
    );
  });
});

it("asks for full batches where handlers are fast: about 200 requests for 1,000 messages", async () => {
  const place = new SqsPlace({ queueName: "orders" });
  const { clock, queue } = place;
  for (let index = 0; index < 1_000; index += 1) queue.send(`${index}`);
  const consumer = createConsumer(
    { source: place.makeSource(), decode: ({ body }) => body, logger: silentLogger, clock },
    () => undefined,
  );
  await clock.runUntil(() => queue.messages.size === 0);
  const { receives, settlements } = place.requests;
  await close(clock, consumer);
  expect(settlements).toBe(100);
  expect(receives).toBeLessThanOrEqual(104);
});
