import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../lazy-signal.ts";
import type { BatchEntry, EntryResult, Flush } from "./options.ts";

/** One result for each entry, in their order, whatever the flush function did. */
export type FlushResults<Receipt> = readonly EntryResult<Receipt>[];

/** A flush that has begun. */
export interface FlushRun<Receipt> {
  /** Never rejects. */
  readonly results: Promise<FlushResults<Receipt>>;
  /** Fires the signal of the flush, and waits for it no longer. */
  giveUp(reason: unknown): void;
}

/** How long a flush may take, and whom to tell when it takes longer still. */
export interface FlushLimits {
  readonly timeoutMs: number;
  readonly graceMs: number;
  readonly clock: Clock;
  readonly onAbandoned: () => void;
}

/**
 * Calls the flush function and waits for it, but not for ever. After the time limit its signal fires; what it answers within the grace
 * still counts, because the entries may have been delivered. After the grace it is abandoned.
 */
export function runFlush<Item, Receipt>(
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
      finish(allFailed(entries.length, new TimeoutError("The flush", timeoutMs + graceMs)));
    }, graceMs);
  }, timeoutMs);

  void callAsync(() => flush(entries, new FlushContext(signal)))
    .then((returned) => checkedResults<Receipt>(returned, entries.length))
    .catch((thrown: unknown) => allFailed(entries.length, errorOf(thrown, signal)))
    .then((outcome) => {
      cancelTimer();
      finish(outcome);
    });

  return {
    results,
    giveUp: (reason) => {
      cancelTimer();
      signal.abort(reason);
      finish(allFailed(entries.length, reason));
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

/** Turns what a function throws at once into a rejection, too. */
async function callAsync<T>(task: () => Promise<T>): Promise<T> {
  return await task();
}

/** After the signal has fired, any error is taken for its echo: libraries differ in what they throw on an abort. */
function errorOf(thrown: unknown, { aborted }: LazySignal): unknown {
  if (aborted === undefined || WirekitError.isInstance(thrown)) return thrown;
  const { reason } = aborted;
  return TimeoutError.isInstance(reason)
    ? new TimeoutError("The flush", reason.timeoutMs, { cause: thrown })
    : reason;
}

/** What strangers return is read with care: a result that cannot be read is a failed one. */
function checkedResults<Receipt>(returned: unknown, count: number): FlushResults<Receipt> {
  try {
    if (Array.isArray(returned) && returned.length === count) {
      // By number, and not by `map`, which passes over what is missing in the list.
      const results: EntryResult<Receipt>[] = [];
      for (let index = 0; index < count; index += 1) results.push(checkedResult(returned[index]));
      return results;
    }
    const found = Array.isArray(returned) ? `${returned.length} results` : "no list of results";
    return allFailed(count, wrongResults(`The flush function returned ${found} for ${count} entries`));
  } catch (thrown) {
    return allFailed(count, wrongResults("The results of the flush function cannot be read", thrown));
  }
}

function checkedResult<Receipt>(result: unknown): EntryResult<Receipt> {
  if (typeof result === "object" && result !== null && "kind" in result) {
    const { kind, receipt, error } = result as { kind: unknown; receipt?: unknown; error?: unknown };
    if (kind === "delivered") return { kind, receipt: receipt as Receipt };
    if (kind === "failed") return { kind, error };
  }
  const message = 'The flush function returned a result that is neither "delivered" nor "failed"';
  return { kind: "failed", error: wrongResults(message) };
}

/** Not retryable: nobody knows which of the entries were delivered. */
function wrongResults(message: string, cause?: unknown): WirekitError {
  return new WirekitError(message, { code: "wirekit/flush-results", cause });
}

function allFailed(count: number, error: unknown): FlushResults<never> {
  return Array.from({ length: count }, () => ({ kind: "failed", error }));
}
