import type { SendOutcome } from "../outcome.ts";

/** What a `Batcher` holds now, and what it has done since it was made. */
export interface BatcherStats {
  /** Held, and not in flight: waiting for company, for a flush, for their key or for a retry. */
  readonly waitingEntries: number;
  /** Not held yet: their senders wait for room. */
  readonly wantingRoom: number;
  readonly inFlightEntries: number;
  readonly inFlightFlushes: number;
  /** Of all that is held. */
  readonly pendingBytes: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly expired: number;
  readonly notSent: number;
  /** How often an entry was sent again. */
  readonly retries: number;
  readonly flushes: number;
  /** Flushes that did not end within their time-out and grace. */
  readonly abandonedFlushes: number;
}

/** What `close` could not finish in its time. Empty lists say that all is done. */
export interface BatcherCloseReport<Item> {
  /** Never left: safe to send again. */
  readonly notSent: readonly Item[];
  /** Was in a flush at least once, and nothing says that it was delivered. */
  readonly unconfirmed: readonly Item[];
}

/** The counters of {@link BatcherStats}, to be counted up. */
export type BatcherCounts = Record<
  "delivered" | "rejected" | "expired" | "notSent" | "retries" | "flushes" | "abandonedFlushes",
  number
>;

export function noCounts(): BatcherCounts {
  return { delivered: 0, rejected: 0, expired: 0, notSent: 0, retries: 0, flushes: 0, abandonedFlushes: 0 };
}

/** Counts one more item that has come to its end. */
export function countOutcome(counts: BatcherCounts, kind: SendOutcome["kind"]): void {
  if (kind === "delivered" || kind === "rejected" || kind === "expired") counts[kind] += 1;
  else counts.notSent += 1;
}
