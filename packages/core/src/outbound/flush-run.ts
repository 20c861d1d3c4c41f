import type { Clock } from "../clock.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { LazySignal } from "../kit/lazy-signal.ts";
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

/** Turns what a function throws at once into a rejection, too. */
async function callAsync<T>(task: () => Promise<T>): Promise<T> {
  return await task();
}

/**
 * What a flush that throws says of its entries. After the signal has fired, any error is taken for its echo: libraries differ in
 * what they throw on an abort.
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
