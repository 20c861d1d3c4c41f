import type { Entry } from "./entry.ts";
import { type FlushResults, type FlushRun, runFlush } from "./flush-run.ts";
import type { ResolvedBatcherOptions } from "./options.ts";
import type { BatcherCounts } from "./stats.ts";

/** What a flush was given, and what came of it. */
export type FlushEnd<Item, Receipt> = (
  entries: readonly Entry<Item, Receipt>[],
  results: FlushResults<Receipt>,
) => void;

/** The flushes that have begun and not ended, and the entries in them. */
export class Flushes<Item, Receipt> {
  readonly #runs = new Map<FlushRun<Receipt>, readonly Entry<Item, Receipt>[]>();
  readonly #options: ResolvedBatcherOptions<Item, Receipt>;
  readonly #counts: BatcherCounts;
  readonly #onEnd: FlushEnd<Item, Receipt>;
  #entryCount = 0;

  constructor(
    options: ResolvedBatcherOptions<Item, Receipt>,
    counts: BatcherCounts,
    onEnd: FlushEnd<Item, Receipt>,
  ) {
    this.#options = options;
    this.#counts = counts;
    this.#onEnd = onEnd;
  }

  /** How many flushes are in flight. */
  get size(): number {
    return this.#runs.size;
  }

  get entryCount(): number {
    return this.#entryCount;
  }

  start(entries: readonly Entry<Item, Receipt>[]): void {
    const { flush, flushTimeoutMs, flushGraceMs, clock } = this.#options;
    const now = clock.monotonic();
    for (const entry of entries) {
      entry.stage = "in-flight";
      if (entry.attempts === 0) entry.firstTriedAt = now;
      else this.#counts.retries += 1;
      entry.attempts += 1;
    }
    this.#entryCount += entries.length;
    this.#counts.flushes += 1;
    const batch = entries.map(({ item, key, bytes, attempts }) => ({ item, key, bytes, attempt: attempts }));
    const run = runFlush(flush, batch, {
      timeoutMs: flushTimeoutMs,
      graceMs: flushGraceMs,
      clock,
      onAbandoned: () => {
        this.#counts.abandonedFlushes += 1;
      },
    });
    this.#runs.set(run, entries);
    void run.results.then((results) => {
      this.#runs.delete(run);
      this.#entryCount -= entries.length;
      this.#onEnd(entries, results);
    });
  }

  /** Resolves once those have ended that are in flight now. */
  async whenEnded(): Promise<void> {
    await Promise.all([...this.#runs.keys()].map(({ results }) => results));
  }

  /** Waits for none any longer. */
  giveUp(reason: unknown): void {
    for (const run of this.#runs.keys()) run.giveUp(reason);
  }

  *[Symbol.iterator](): Generator<Entry<Item, Receipt>, void> {
    for (const entries of this.#runs.values()) yield* entries;
  }
}
