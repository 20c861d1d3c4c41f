import type { Processed } from "./processor-options.ts";

/** What a `Processor` has done since it was made. Each delivery counts in exactly one of the first five. */
export interface ProcessorStats {
  readonly handled: number;
  readonly retried: number;
  readonly deadLettered: number;
  readonly invalid: number;
  /** Neither handled nor given back by us: the lease was lost, the consumer closed, settling failed, or it was given up without a sink. */
  readonly left: number;
  /** Begun, and not settled yet. */
  readonly processing: number;
  /** Of those handled: by an earlier delivery. */
  readonly duplicates: number;
  /** Handlers that ignored their signal and were waited for no longer. */
  readonly abandoned: number;
  readonly failedSettlements: number;
  /** Dead letters that could not be written; the message was retried. */
  readonly failedDeadLetters: number;
}

/** The counters of {@link ProcessorStats}, to be counted up. */
export type ProcessorCounts = { -readonly [Name in Exclude<keyof ProcessorStats, "processing">]: number };

export function noCounts(): ProcessorCounts {
  return {
    handled: 0,
    retried: 0,
    deadLettered: 0,
    invalid: 0,
    left: 0,
    duplicates: 0,
    abandoned: 0,
    failedSettlements: 0,
    failedDeadLetters: 0,
  };
}

/** Counts one more delivery that has come to its end. */
export function countProcessed(counts: ProcessorCounts, { outcome, isDuplicate }: Processed): void {
  counts[outcome === "dead-lettered" ? "deadLettered" : outcome] += 1;
  if (isDuplicate) counts.duplicates += 1;
}
