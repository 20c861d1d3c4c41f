import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { ConnectionError, RejectedError, silentLogger } from "../src/index.ts";
import { type BatchEntry, Batcher, type BatchOutcome, type EntryResult } from "../src/outbound/index.ts";
import { ManualClock } from "../src/testing/manual-clock.ts";

const runs = scale({ small: 150, full: 3_000 });

interface Item {
  readonly order: number;
  readonly key: string | undefined;
  readonly bytes: number;
}

/** What the flush function does with one call. */
interface Behaviour {
  readonly kind:
    | "answers"
    | "throws"
    | "throws-at-once"
    | "never-settles"
    | "nonsense"
    | "wrong-count"
    | "loses-the-answer";
  readonly afterMs: number;
  /** By the position in the batch: delivered, failed for now, or refused. */
  readonly results: readonly ("delivered" | "throttled" | "refused")[];
  readonly heedsSignal: boolean;
}

/** What the program does next. */
type Step =
  | {
      readonly kind: "send";
      readonly key: number;
      readonly bytes: number;
      readonly timeoutMs: number | undefined;
      readonly abortAfterMs: number | undefined;
    }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "flush" };

const limits = { maxEntries: 4, maxBytes: 100, maxInFlight: 3, maxPendingEntries: 12, maxPendingBytes: 300 };

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant("answers" as const) },
    fc.constantFrom(
      "throws",
      "throws-at-once",
      "never-settles",
      "nonsense",
      "wrong-count",
      "loses-the-answer",
    ),
  ),
  afterMs: fc.nat(1_500),
  results: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant("delivered" as const) },
      { weight: 2, arbitrary: fc.constant("throttled" as const) },
      fc.constant("refused" as const),
    ),
    { minLength: 4, maxLength: 4 },
  ),
  heedsSignal: fc.boolean(),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      key: fc.nat(4),
      bytes: fc.integer({ min: 0, max: 110 }),
      timeoutMs: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined, freq: 5 }),
      abortAfterMs: fc.option(fc.nat(3_000), { nil: undefined, freq: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(2_000) }) },
  fc.constant({ kind: "flush" as const }),
);

const scenario = fc.record({
  steps: fc.array(step, { maxLength: 60 }),
  behaviours: fc.array(behaviour, { minLength: 1, maxLength: 40 }),
  mode: fc.constantFrom("strict" as const, "atomic" as const),
  whenFull: fc.constantFrom("wait" as const, "reject" as const),
  lingerMs: fc.constantFrom(0, 1, 50),
  closeMs: fc.constantFrom(0, 500, 60_000),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

/** A peer that does what the scenario says, and checks what it is asked to do. */
class Peer {
  readonly arrived: Item[] = [];
  readonly seen = new Set<number>();
  readonly #active = new Set<readonly BatchEntry<Item>[]>();
  readonly #behaviours: readonly Behaviour[];
  readonly #clock: ManualClock;
  readonly #isAtomic: boolean;
  #calls = 0;

  constructor(clock: ManualClock, behaviours: readonly Behaviour[], mode: "strict" | "atomic") {
    this.#clock = clock;
    this.#behaviours = behaviours;
    this.#isAtomic = mode === "atomic";
  }

  readonly flush = (
    entries: readonly BatchEntry<Item>[],
    { signal }: { signal: AbortSignal },
  ): Promise<readonly EntryResult<number>[]> => {
    const behaviour = this.#behaviours[this.#calls++ % this.#behaviours.length] as Behaviour;
    this.#check(entries);
    for (const { item } of entries) this.seen.add(item.order);
    this.#active.add(entries);
    const end = () => this.#active.delete(entries);
    if (behaviour.kind === "throws-at-once") {
      end();
      throw new ConnectionError("at once");
    }
    return new Promise((resolve, reject) => {
      // Whoever is deaf to the signal is abandoned after the grace, and then no longer counts.
      signal.addEventListener("abort", () => {
        if (behaviour.heedsSignal) {
          end();
          reject(signal.reason);
        } else this.#clock.setTimer(end, 200);
      });
      if (behaviour.kind === "never-settles") return;
      this.#clock.setTimer(() => {
        if (!this.#active.has(entries)) return;
        end();
        this.#answer(entries, behaviour, resolve as (results: unknown) => void, reject);
      }, behaviour.afterMs);
    });
  };

  #answer(
    entries: readonly BatchEntry<Item>[],
    { kind, results }: Behaviour,
    resolve: (results: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const answers = kind === "throws" ? [] : this.#answersFor(entries, kind, results);
    if (kind === "throws") reject(new ConnectionError("reset"));
    else if (kind === "nonsense") resolve("nonsense");
    else resolve(kind === "wrong-count" ? [...answers, answers[0]] : answers);
  }

  #answersFor(
    entries: readonly BatchEntry<Item>[],
    kind: Behaviour["kind"],
    results: Behaviour["results"],
  ): EntryResult<number>[] {
    const keyResults = new Map<string, string>();
    return entries.map(({ item, key }, index) => {
      let result: string = results[index] ?? "delivered";
      if (this.#isAtomic && key !== undefined) {
        result = keyResults.get(key) ?? result;
        keyResults.set(key, result);
      }
      if (result === "delivered" || kind === "loses-the-answer") this.arrived.push(item);
      if (kind === "loses-the-answer")
        return { kind: "unconfirmed", error: new ConnectionError("the answer was lost") };
      if (result === "delivered") return { kind: "delivered", receipt: item.order };
      const refused = new RejectedError("refused", { code: "test/refused" });
      return { kind: "failed", error: result === "refused" ? refused : new ConnectionError("slow down") };
    });
  }

  #check(entries: readonly BatchEntry<Item>[]): void {
    expect(entries.length).toBeGreaterThan(0);
    expect(entries.length).toBeLessThanOrEqual(limits.maxEntries);
    expect(entries.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(limits.maxBytes);
    expect(this.#active.size).toBeLessThan(limits.maxInFlight);
    const keys = entries.map(({ key }) => key).filter((key) => key !== undefined);
    if (!this.#isAtomic) expect(new Set(keys).size).toBe(keys.length);
    const busy = new Set([...this.#active].flatMap((others) => others.map(({ key }) => key)));
    for (const key of keys) expect(busy.has(key)).toBe(false);
  }
}

it(`keeps order, bounds and one outcome for each item, whatever the flush function does (${runs} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ steps, behaviours, mode, whenFull, lingerMs, closeMs, random }) => {
      const clock = new ManualClock();
      const peer = new Peer(clock, behaviours, mode);
      const failures: unknown[] = [];
      const batcher = new Batcher<Item, number>({
        ...limits,
        // What the peer's checks throw must not pass for a failed flush.
        flush: (entries, context) => {
          try {
            return peer.flush(entries, context);
          } catch (thrown) {
            if (!(thrown instanceof ConnectionError)) failures.push(thrown);
            throw thrown;
          }
        },
        sizeOf: ({ bytes }) => bytes,
        keyOf: ({ key }) => key,
        keysFail: mode === "atomic" ? "together" : "apart",
        whenFull,
        lingerMs,
        flushTimeoutMs: 1_000,
        flushGraceMs: 200,
        retry: { maxAttempts: 4, maxElapsedMs: 10_000, baseDelayMs: 200, maxDelayMs: 1_000 },
        clock,
        random: () => random,
        logger: silentLogger,
      });
      const outcomes = new Map<number, BatchOutcome<number>[]>();
      const flushes: Promise<void>[] = [];
      const checkBounds = () => {
        const { waitingEntries, inFlightEntries, pendingBytes } = batcher.stats();
        expect(waitingEntries).toBeGreaterThanOrEqual(0);
        expect(waitingEntries + inFlightEntries).toBeLessThanOrEqual(limits.maxPendingEntries);
        expect(pendingBytes).toBeLessThanOrEqual(limits.maxPendingBytes);
      };

      let order = 0;
      for (const step of steps) {
        if (step.kind === "wait") await clock.advance(step.ms);
        if (step.kind === "flush") flushes.push(batcher.flush());
        if (step.kind === "send") {
          const item = {
            order: order++,
            key: step.key === 0 ? undefined : `key ${step.key}`,
            bytes: step.bytes,
          };
          const controller = new AbortController();
          const told: BatchOutcome<number>[] = [];
          outcomes.set(item.order, told);
          void batcher
            .sendOutcome(item, { signal: controller.signal, timeoutMs: step.timeoutMs })
            .then((outcome) => told.push(outcome));
          if (step.abortAfterMs !== undefined)
            clock.setTimer(() => controller.abort(new Error("enough")), step.abortAfterMs);
        }
        checkBounds();
      }
      let isClosed = false;
      const closing = batcher.close({ timeoutMs: closeMs });
      void closing.then(() => {
        isClosed = true;
      });
      await clock.runUntil(() => isClosed);
      const report = await closing;
      await Promise.all(flushes);
      await clock.settle();
      if (failures.length > 0) throw failures[0];

      expect([...outcomes.values()].map((told) => told.length)).toEqual([...outcomes.values()].map(() => 1));
      const byKind = (kind: string) =>
        [...outcomes].filter(([, [outcome]]) => outcome?.kind === kind).map(([id]) => id);
      const arrived = new Set(peer.arrived.map((item) => item.order));
      for (const id of byKind("delivered")) expect(arrived.has(id)).toBe(true);
      // Only what was delivered or is unconfirmed may have arrived.
      const isKnown = (id: number) => byKind("delivered").includes(id) || byKind("unconfirmed").includes(id);
      expect([...arrived].filter((id) => !isKnown(id))).toEqual([]);
      for (const id of byKind("expired")) expect(arrived.has(id)).toBe(false);
      for (const { order: id } of report.notSent) expect(byKind("not-sent")).toContain(id);
      for (const { order: id } of report.unconfirmed) expect(byKind("unconfirmed")).toContain(id);
      for (let key = 1; key <= 4; key += 1) {
        const orders = peer.arrived.filter((item) => item.key === `key ${key}`).map((item) => item.order);
        // One that was sent again because its answer was lost may arrive twice, but never behind a later one.
        if (mode === "strict") expect(orders).toEqual(orders.toSorted((one, other) => one - other));
      }
      const { accepted, delivered, rejected, notSent, dropped, expired, unconfirmed, pending, ...held } =
        batcher.stats();
      const { inFlightEntries, waitingEntries, wantingRoom } = held;
      expect(delivered + rejected + notSent + dropped + expired + unconfirmed).toBe(outcomes.size);
      expect({ accepted, pending }).toEqual({ accepted: outcomes.size, pending: 0 });
      if (closeMs === 60_000)
        expect({ inFlightEntries, waitingEntries, wantingRoom }).toEqual({
          inFlightEntries: 0,
          waitingEntries: 0,
          wantingRoom: 0,
        });
      await clock.advance(60_000);
      expect(clock.pendingTimers).toBe(0);
    }),
    { numRuns: runs },
  );
}, 600_000);
