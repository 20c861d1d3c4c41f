import type { SendStats } from "../contract.ts";
import type { SendCounter } from "../kit/send-counter.ts";

/** What a `Batcher` holds now, and what it has done since it was made. */
export interface BatcherStats extends SendStats {
  /** Held, and not in flight: waiting for company, for a flush, for their key or for a retry. */
  readonly waitingEntries: number;
  /** Not held yet: their senders wait for room. */
  readonly wantingRoom: number;
  readonly inFlightEntries: number;
  readonly inFlightFlushes: number;
  /** Of all that is held. */
  readonly pendingBytes: number;
  /** How often an entry was sent again. */
  readonly retries: number;
  readonly flushes: number;
  /** Flushes that did not end within their time-out and grace. */
  readonly abandonedFlushes: number;
}

/** What a batcher holds, and the senders that wait for room. */
interface Held {
  readonly entries: number;
  readonly bytes: number;
  readonly waiting: { readonly size: number };
}

/** The flushes that run, and the entries in them. */
interface InFlight {
  readonly size: number;
  readonly entryCount: number;
}

/** The counters of {@link BatcherStats} that are counted up. */
export class BatcherCounts {
  readonly sends: SendCounter;
  retries = 0;
  flushes = 0;
  abandonedFlushes = 0;

  constructor(sends: SendCounter) {
    this.sends = sends;
  }

  stats(capacity: Held, inFlight: InFlight): BatcherStats {
    return {
      waitingEntries: capacity.entries - inFlight.entryCount,
      wantingRoom: capacity.waiting.size,
      inFlightEntries: inFlight.entryCount,
      inFlightFlushes: inFlight.size,
      pendingBytes: capacity.bytes,
      ...this.sends.stats(),
      retries: this.retries,
      flushes: this.flushes,
      abandonedFlushes: this.abandonedFlushes,
    };
  }
}
