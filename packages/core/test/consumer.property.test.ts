import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import {
  type Consumer,
  createConsumer,
  type IdempotencyStore,
  MemoryIdempotencyStore,
  type Processed,
} from "../src/inbound/index.ts";
import { ConnectionError, silentLogger } from "../src/index.ts";
import { sleep } from "../src/kit/index.ts";
import { ManualClock } from "../src/testing/manual-clock.ts";
import { type QueueDelivery, QueueSource, SimulatedQueue } from "./simulated-queue.ts";

const runs = scale({ small: 40, full: 1_000 });

const handlerTimeoutMs = 20_000;
const abandonAfterMs = 15_000;
/** From then on everything works, so that all messages must come to their end. */
const peaceAtMs = 120_000;

type Act =
  | "succeeds"
  | "throws"
  | "throws-undefined"
  | "rejects"
  | "returns-at-once"
  | "never-settles"
  | "deaf"
  | "heeds-signal";
type Fault = "none" | "fails" | "hangs" | "slow";

const act: fc.Arbitrary<{ readonly act: Act; readonly ms: number }> = fc.record({
  act: fc.oneof(
    { weight: 4, arbitrary: fc.constant("succeeds" as const) },
    fc.constantFrom(
      "throws",
      "throws-undefined",
      "rejects",
      "returns-at-once",
      "never-settles",
      "deaf",
      "heeds-signal",
    ),
  ),
  // Some within the time-out, some beyond it, some beyond the lease, some beyond the grace.
  ms: fc.oneof(fc.nat(500), fc.nat(90_000)),
});

const fault: fc.Arbitrary<Fault> = fc.oneof(
  { weight: 6, arbitrary: fc.constant("none" as const) },
  fc.constantFrom("fails", "hangs", "slow"),
);

const scenario = fc.record({
  messages: fc.array(
    fc.record({ key: fc.nat(3), isInvalid: fc.integer({ min: 0, max: 9 }).map((die) => die === 0) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  ),
  acts: fc.array(act, { minLength: 1, maxLength: 30 }),
  receives: fc.array(fault, { minLength: 1, maxLength: 10 }),
  changes: fc.array(fault, { minLength: 1, maxLength: 20 }),
  stores: fc.array(fault, { minLength: 1, maxLength: 20 }),
  sinks: fc.array(fault, { minLength: 1, maxLength: 5 }),
  failingChanges: fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  prefetch: fc.nat(12),
  maxAttempts: fc.integer({ min: 1, max: 4 }),
  isIdempotent: fc.boolean(),
  closeAtMs: fc.option(fc.nat(peaceAtMs), { nil: undefined, freq: 2 }),
  closeTimeoutMs: fc.constantFrom(0, 1_000, 40_000),
  freezeAtMs: fc.option(fc.nat(peaceAtMs), { nil: undefined, freq: 4 }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Given> ? Given : never;

/** One element after the other, round and round; the peaceful one once there is peace. */
function cycle<T>(clock: ManualClock, elements: readonly T[], peaceful: T): () => T {
  let next = 0;
  return () => (clock.monotonic() >= peaceAtMs ? peaceful : (elements[next++ % elements.length] as T));
}

/** Does to a request what the fault says. */
async function suffer(kind: Fault, clock: ManualClock): Promise<void> {
  if (kind === "fails") throw new ConnectionError("reset");
  if (kind === "hangs") await new Promise(() => undefined);
  if (kind === "slow") await sleep(3_000, { clock });
}

interface HandlerRun {
  readonly id: string;
  readonly receiptHandle: string;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
  abortedAt: number;
}

/** Everything of one run of the property: what happens, and what was wrong about it. */
class World {
  readonly clock = new ManualClock();
  readonly queue = new SimulatedQueue(this.clock);
  readonly violations: string[] = [];
  requests = 0;
  /** Receipt handles of those whose handler has come to a good end. */
  readonly succeeded = new Set<string>();
  /** Ids of the work that is done, as far as the idempotency store may know. */
  readonly workDone = new Set<string>();
  readonly deadLetters = new Set<string>();
  readonly processed: Processed<QueueDelivery>[] = [];
  readonly settled = new Map<string, number>();
  readonly consumer: Consumer<QueueDelivery, string>;
  readonly #given: Scenario;
  readonly #running = new Set<HandlerRun>();
  readonly #nextAct: () => { readonly act: Act; readonly ms: number };

  constructor(given: Scenario) {
    this.#given = given;
    const { clock, queue } = this;
    given.messages.forEach(({ key, isInvalid }, index) => {
      queue.send(`${index}`, key === 0 ? undefined : `key ${key}`, isInvalid ? "invalid" : `${index}`);
    });
    this.#nextAct = cycle(clock, given.acts, { act: "succeeds", ms: 5 });
    const nextReceive = cycle(clock, given.receives, "none");
    const nextChange = cycle(clock, given.changes, "none");
    const nextSink = cycle(clock, given.sinks, "none");
    const failsChange = cycle(clock, given.failingChanges, false);
    const random = () => given.random;
    const source = new QueueSource(queue, {
      clock,
      random,
      visibilityMs: 30_000,
      pollMs: 1_000,
      failsChange,
      onRequest: (kind) => {
        this.requests += 1;
        // A long poll that hangs would be the end of any consumer: that it ends is its client's own time-out.
        const next = kind === "receive" ? nextReceive() : nextChange();
        return suffer(kind === "receive" && next === "hangs" ? "fails" : next, clock);
      },
    });
    const settle = source.settle.bind(source);
    source.settle = (delivery, settlement) => {
      this.settled.set(delivery.receiptHandle, (this.settled.get(delivery.receiptHandle) ?? 0) + 1);
      if (delivery.lease.isLost) this.violations.push(`${delivery.id} was settled without a lease`);
      return settle(delivery, settlement);
    };
    this.consumer = createConsumer<QueueDelivery, string>(
      {
        source,
        concurrency: given.concurrency,
        capacity: given.concurrency + given.prefetch,
        decode: ({ body }) => (body === "invalid" ? JSON.parse(body) : body),
        handlerTimeoutMs,
        abandonAfterMs,
        retry: { maxAttempts: given.maxAttempts, baseDelayMs: 100, maxDelayMs: 10_000 },
        deadLetter: {
          sink: async ({ delivery }) => {
            await suffer(nextSink(), clock);
            this.deadLetters.add(delivery.id);
          },
          timeoutMs: 10_000,
        },
        settleTimeoutMs: 25_000,
        ...(given.isIdempotent
          ? {
              idempotency: {
                store: this.#store(),
                keyOf: (_: string, { id }: QueueDelivery) => id,
                claimTtlMs: 21_000,
              },
            }
          : {}),
        onProcessed: (processed) => this.processed.push(processed),
        logger: silentLogger,
        clock,
        random,
      },
      (_, { delivery, signal }) => this.#handle(delivery, signal),
    );
  }

  #store(): IdempotencyStore {
    const { clock } = this;
    const memory = new MemoryIdempotencyStore({ clock });
    const next = cycle(clock, this.#given.stores, "none");
    const suffering = async <T>(call: () => Promise<T>): Promise<T> => {
      await suffer(next(), clock);
      return await call();
    };
    return {
      begin: (...given) => suffering(() => memory.begin(...given)),
      complete: (...given) => suffering(() => memory.complete(...given)),
      abandon: (...given) => suffering(() => memory.abandon(...given)),
      renew: (...given) => suffering(() => memory.renew(...given)),
    };
  }

  #handle(delivery: QueueDelivery, signal: AbortSignal): unknown {
    const { id, key, receiptHandle } = delivery;
    const run: HandlerRun = { id, key, receiptHandle, signal, abortedAt: Number.POSITIVE_INFINITY };
    signal.addEventListener("abort", () => {
      run.abortedAt = this.clock.monotonic();
    });
    this.#checkStart(run);
    this.#running.add(run);
    const { act, ms } = this.#nextAct();
    const end = () => this.#running.delete(run);
    const succeed = () => {
      end();
      this.succeeded.add(receiptHandle);
      this.workDone.add(id);
    };
    if (act === "throws" || act === "throws-undefined") {
      end();
      throw act === "throws" ? new Error("thrown") : undefined;
    }
    if (act === "returns-at-once") return succeed();
    if (act === "never-settles") return new Promise(() => undefined);
    if (act === "heeds-signal") return sleep(ms, { clock: this.clock, signal }).then(succeed).finally(end);
    return sleep(ms, { clock: this.clock }).then(() => {
      end();
      if (act === "rejects") throw new Error("rejected");
      succeed();
    });
  }

  #checkStart({ id, key }: HandlerRun): void {
    const now = this.clock.monotonic();
    const others = [...this.#running].filter(({ abortedAt }) => now - abortedAt < abandonAfterMs);
    const wrong = (what: string) => this.violations.push(`${id} began at ${now} ms ${what}`);
    if (others.length >= this.#given.concurrency) wrong("although all slots were taken");
    if (key !== undefined && others.some((other) => other.key === key)) wrong("while another of its key ran");
    if (others.some((other) => other.id === id)) wrong("while its own earlier delivery ran");
    if (key === undefined) return;
    const before = [...this.queue.messages.values()].find((other) => other.key === key);
    if (before !== undefined && before.id !== id)
      wrong(`before ${before.id}, which stands before it in the queue`);
  }

  checkCounts(): void {
    const { received, handled, retried, deadLettered, invalid, left, waiting, processing, running } =
      this.consumer.stats();
    const { concurrency, prefetch } = this.#given;
    expect(received).toBe(handled + retried + deadLettered + invalid + left + waiting + processing);
    // What waits for its key lends its place to what could run, while a slot stands idle.
    expect(waiting).toBeLessThanOrEqual(concurrency + prefetch + 10 * concurrency);
    expect(running).toBeLessThanOrEqual(concurrency);
  }

  /** What must be true once it is over. */
  checkEnd(): void {
    expect(this.violations).toEqual([]);
    this.checkCounts();
    const handles = this.processed.map(({ delivery }) => delivery.receiptHandle);
    expect(new Set(handles).size).toBe(handles.length);
    expect(handles).toHaveLength(this.consumer.stats().received);
    for (const [handle, times] of this.settled) expect(`${handle}: ${times}`).toBe(`${handle}: 1`);
    for (const { outcome, isDuplicate, delivery } of this.processed) {
      if (outcome === "handled" && !isDuplicate) expect(this.succeeded).toContain(delivery.receiptHandle);
      if (isDuplicate) expect(this.workDone).toContain(delivery.id);
      if (outcome === "dead-lettered") expect(this.deadLetters).toContain(delivery.id);
    }
    // Nothing is lost: what is gone from the queue was handled, or is written where dead letters go.
    for (const id of this.queue.deleted) expect(this.workDone.has(id) || this.deadLetters.has(id)).toBe(true);
    expect(this.queue.deleted.length + this.queue.messages.size).toBe(this.#given.messages.length);
  }
}

it(`loses nothing, overtakes nothing and settles once, whatever handlers, queue, sink and store do (${runs} runs)`, async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", onUnhandled);
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const world = new World(given);
      const { clock, consumer, queue } = world;
      const { closeAtMs, freezeAtMs, closeTimeoutMs } = given;
      if (freezeAtMs !== undefined) clock.setTimer(() => clock.skip(40_000), freezeAtMs);
      const until = closeAtMs ?? peaceAtMs;
      while (clock.monotonic() < until) {
        await clock.advance(Math.min(5_000, until - clock.monotonic()));
        world.checkCounts();
      }
      if (closeAtMs === undefined) await clock.runUntil(() => queue.messages.size === 0, 3_600_000);

      let isClosed = false;
      const closing = consumer.close({ timeoutMs: closeTimeoutMs });
      void closing.then(() => {
        isClosed = true;
      });
      const closedFrom = clock.monotonic();
      await clock.runUntil(() => isClosed);
      expect(clock.monotonic() - closedFrom).toBeLessThanOrEqual(
        closeTimeoutMs + 40_000 * (freezeAtMs === undefined ? 0 : 1),
      );
      // What closing did not wait for still comes to its end, without a word of it to the queue.
      const { requests } = world;
      await clock.advance(200_000);
      expect(world.requests).toBe(requests);
      world.checkEnd();
      expect(clock.pendingTimers).toBe(0);
      if (closeAtMs === undefined) expect(queue.messages.size).toBe(0);
      expect(unhandled).toEqual([]);
    }),
    { numRuns: runs },
  );
  process.off("unhandledRejection", onUnhandled);
}, 3_600_000);
