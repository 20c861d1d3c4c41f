import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../kit/lazy-signal.ts";
import type { Entry } from "./entry.ts";
import type { BatchEntry, EntryResult, Flush, ResolvedBatcherOptions } from "./options.ts";
import type { BatcherCounts } from "./stats.ts";

/** One result for each entry, in their order, whatever the flush function did. */
export type FlushResults<Receipt> = readonly EntryResult<Receipt>[];

/** Called when a flush has ended, with its entries and their results. */
export type FlushEnd<Item, Receipt> = (
  entries: readonly Entry<Item, Receipt>[],
  results: FlushResults<Receipt>,
) => void;

/** The flushes in flight, and the entries in them. */
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

  /** Stops waiting for all of them. Their entries are unconfirmed. */
  giveUp(reason: unknown): void {
    for (const run of this.#runs.keys()) run.giveUp(reason);
  }

  *[Symbol.iterator](): Generator<Entry<Item, Receipt>, void> {
    for (const entries of this.#runs.values()) yield* entries;
  }
}

/** A flush that has begun. */
interface FlushRun<Receipt> {
  /** Never rejects. */
  readonly results: Promise<FlushResults<Receipt>>;
  /** Fires the signal of the flush, and waits for it no longer. */
  giveUp(reason: unknown): void;
}

/** How long a flush may take, and what to call when it takes longer than its grace. */
interface FlushLimits {
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly onAbandoned: () => void;
}

/**
 * Calls the flush function and waits for it, but not for ever. Its signal fires after the time limit. An
 * answer within the grace still counts, because the entries may have been delivered. After the grace, the
 * flush is abandoned.
 */
function runFlush<Item, Receipt>(
  flush: Flush<Item, Receipt>,
  entries: readonly BatchEntry<Item>[],
  { timeoutMs, graceMs, clock, onAbandoned }: FlushLimits,
): FlushRun<Receipt> {
  const signal = new LazySignal();
  let finish: (results: FlushResults<Receipt>) => void = () => undefined;
  const results = new Promise<FlushResults<Receipt>>((resolve) => {
    finish = resolve;
  });

  let cancelTimer = clock.setTimer(() => {
    signal.abort(new TimeoutError("The flush", timeoutMs));
    cancelTimer = clock.setTimer(() => {
      onAbandoned();
      finish(allUnconfirmed(entries.length, new TimeoutError("The flush", timeoutMs + graceMs)));
    }, graceMs);
  }, timeoutMs);

  void callAsync(() => flush(entries, new FlushContext(signal)))
    .then((returned) => checkedResults<Receipt>(returned, entries.length))
    .catch((thrown: unknown) => allEndedBy(thrown, entries.length, signal))
    .then((outcome) => {
      cancelTimer();
      finish(outcome);
    });

  return {
    results,
    giveUp: (reason) => {
      cancelTimer();
      signal.abort(reason);
      finish(allUnconfirmed(entries.length, reason));
    },
  };
}

class FlushContext {
  readonly #signal: LazySignal;

  constructor(signal: LazySignal) {
    this.#signal = signal;
  }

  get signal(): AbortSignal {
    return this.#signal.signal;
  }
}

/** Turns what a function throws at once into a rejection. */
async function callAsync<T>(task: () => Promise<T>): Promise<T> {
  return await task();
}

/**
 * What a flush that throws says of its entries. After the signal has fired, any error is taken for its echo:
 * libraries differ in what they throw on an abort.
 */
function allEndedBy(thrown: unknown, count: number, { aborted }: LazySignal): FlushResults<never> {
  if (thrown instanceof UnconfirmedError) return allUnconfirmed(count, thrown);
  if (thrown instanceof WirekitError) {
    return Array.from({ length: count }, () => ({ kind: "failed", error: thrown }));
  }
  const reason = aborted?.reason;
  if (reason instanceof TimeoutError) {
    return allUnconfirmed(count, new TimeoutError("The flush", reason.timeoutMs, { cause: thrown }));
  }
  return allUnconfirmed(count, aborted === undefined ? thrown : reason);
}

/** The flush function is the user's: a result that cannot be read says nothing of its entry. */
function checkedResults<Receipt>(returned: unknown, count: number): FlushResults<Receipt> {
  try {
    if (Array.isArray(returned) && returned.length === count) {
      // By number, and not by `map`, which passes over what is missing in the list.
      const results: EntryResult<Receipt>[] = [];
      for (let index = 0; index < count; index += 1) results.push(checkedResult(returned[index]));
      return results;
    }
    const found = Array.isArray(returned) ? `${returned.length} results` : "no list of results";
    return allUnconfirmed(count, wrongResults(`The flush function returned ${found} for ${count} entries`));
  } catch (thrown) {
    return allUnconfirmed(count, wrongResults("The results of the flush function cannot be read", thrown));
  }
}

function checkedResult<Receipt>(result: unknown): EntryResult<Receipt> {
  if (typeof result === "object" && result !== null && "kind" in result) {
    const { kind, receipt, error } = result as { kind: unknown; receipt?: unknown; error?: unknown };
    if (kind === "delivered") return { kind, receipt: receipt as Receipt };
    if (kind === "failed" || kind === "unconfirmed") return { kind, error };
  }
  const message = 'The flush function returned a result that is not "delivered", "failed" or "unconfirmed"';
  return { kind: "unconfirmed", error: wrongResults(message) };
}

/** Not retryable: nothing says which of the entries were delivered. */
function wrongResults(message: string, cause?: unknown): WirekitError {
  return new WirekitError(message, { code: "wirekit/flush-results", cause });
}

function allUnconfirmed(count: number, error: unknown): FlushResults<never> {
  return Array.from({ length: count }, () => ({ kind: "unconfirmed", error }));
}
