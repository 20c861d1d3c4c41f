import type { OriginalBytes } from "../original-bytes.ts";

/** A message as the bus in memory holds it: its text, as a broker would. */
export interface StoredMessage {
  /** Its place among all messages of its target, from 0. */
  readonly sequence: number;
  readonly key: string | undefined;
  readonly text: string;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The message byte for byte, where the texts do not say all of it. */
  readonly original?: OriginalBytes | undefined;
  readonly sentAt: Date;
}

/** One delivery of a message to a group. A later delivery of the same message is another one. */
export interface Delivery {
  readonly stored: StoredMessage;
  /** How often the group has been given the message: 1 on the first time. */
  readonly attempt: number;
  /** When it was given out, on the monotonic clock: from then on it is held back. */
  readonly takenAtMs: number;
}

/** Why a delivery is not the group's to settle any more. */
export type Refusal = "receipt-expired" | "unknown-receipt";

interface Entry {
  readonly stored: StoredMessage;
  attempt: number;
  /** While it is held: from when on it is delivered again, on the monotonic clock. */
  heldUntilMs: number;
}

/**
 * What one consumer group has still to do of one target. It is told the time, and never waits itself.
 *
 * A message that is delivered is held back for the visibility time-out, and delivered again when it has not
 * been acknowledged by then. Of the messages with one key, only the first is delivered: the next follows when
 * it has been acknowledged. Messages without a key wait for nobody.
 */
export class MemoryGroup {
  readonly #entries = new Map<number, Entry>();
  /**
   * By key, what has not been acknowledged, in order. Only the first of a lane is `fresh`, `returned` or
   * `held`.
   */
  readonly #lanes = new Map<string, Set<Entry>>();
  readonly #fresh = new Set<Entry>();
  /** Was delivered before: goes out ahead of what was sent after it. */
  readonly #returned = new Set<Entry>();
  readonly #held = new Set<Entry>();
  /** No held entry is due before this. It may be earlier than the first is due, never later. */
  #nothingDueBeforeMs = Number.POSITIVE_INFINITY;
  #nextSequence = 0;
  readonly #whenAcknowledged: (stored: StoredMessage) => void;

  /** @param whenAcknowledged told once for each message that the group is done with. */
  constructor(whenAcknowledged: (stored: StoredMessage) => void) {
    this.#whenAcknowledged = whenAcknowledged;
  }

  /** Messages that have not been acknowledged. */
  get unacknowledged(): number {
    return this.#entries.size;
  }

  /** Messages that were delivered, and are neither acknowledged nor returned. */
  get held(): number {
    return this.#held.size;
  }

  /** One more message has been sent. Messages are offered in their order. */
  offer(stored: StoredMessage): void {
    const entry: Entry = { stored, attempt: 0, heldUntilMs: 0 };
    this.#entries.set(stored.sequence, entry);
    this.#nextSequence = stored.sequence + 1;
    if (stored.key === undefined) {
      this.#fresh.add(entry);
      return;
    }
    const lane = this.#lanes.get(stored.key);
    if (lane !== undefined) {
      lane.add(entry);
      return;
    }
    this.#lanes.set(stored.key, new Set([entry]));
    this.#fresh.add(entry);
  }

  /**
   * Delivers the next message that may be delivered, if there is one, and holds it back for
   * `visibilityTimeoutMs`.
   */
  take(nowMs: number, visibilityTimeoutMs: number): Delivery | undefined {
    this.#returnWhatIsDue(nowMs);
    const from = this.#returned.size > 0 ? this.#returned : this.#fresh;
    const [entry] = from;
    if (entry === undefined) return undefined;
    from.delete(entry);
    entry.attempt += 1;
    this.#hold(entry, nowMs + visibilityTimeoutMs);
    return { stored: entry.stored, attempt: entry.attempt, takenAtMs: nowMs };
  }

  /**
   * Takes the message of a delivery away for good. Also after its time-out, as long as it has not been
   * delivered to someone else; and a second time, which changes nothing.
   */
  acknowledge(sequence: number, attempt: number): Refusal | undefined {
    const entry = this.#entries.get(sequence);
    if (entry === undefined) return sequence < this.#nextSequence ? undefined : "unknown-receipt";
    const refusal = refusalOf(entry, attempt);
    if (refusal !== undefined) return refusal;
    this.#entries.delete(sequence);
    for (const place of [this.#held, this.#returned]) place.delete(entry);
    this.#advanceLane(entry);
    this.#whenAcknowledged(entry.stored);
    return undefined;
  }

  /**
   * Changes when the message of a delivery is delivered again: later, to go on working on it, or sooner, to
   * have it tried again. Refused once it has been returned, or acknowledged.
   */
  postpone(sequence: number, attempt: number, untilMs: number): Refusal | undefined {
    const entry = this.#entries.get(sequence);
    if (entry === undefined) return sequence < this.#nextSequence ? "receipt-expired" : "unknown-receipt";
    const refusal = refusalOf(entry, attempt);
    if (refusal !== undefined) return refusal;
    if (!this.#held.has(entry)) return "receipt-expired";
    this.#hold(entry, untilMs);
    return undefined;
  }

  /**
   * When a held message may be due to be delivered again; undefined when none is held. It can turn out to be
   * too early, and is never too late.
   */
  nextDueMs(): number | undefined {
    return this.#held.size === 0 ? undefined : this.#nothingDueBeforeMs;
  }

  #hold(entry: Entry, untilMs: number): void {
    entry.heldUntilMs = untilMs;
    this.#held.add(entry);
    this.#nothingDueBeforeMs = Math.min(this.#nothingDueBeforeMs, untilMs);
  }

  #returnWhatIsDue(nowMs: number): void {
    // The bound spares the search through all that is held on nearly every call.
    if (nowMs < this.#nothingDueBeforeMs) return;
    const due = [...this.#held].filter((entry) => entry.heldUntilMs <= nowMs);
    due.sort((one, other) => one.stored.sequence - other.stored.sequence);
    for (const entry of due) {
      this.#held.delete(entry);
      this.#returned.add(entry);
    }
    this.#nothingDueBeforeMs = Number.POSITIVE_INFINITY;
    for (const { heldUntilMs } of this.#held) {
      this.#nothingDueBeforeMs = Math.min(this.#nothingDueBeforeMs, heldUntilMs);
    }
  }

  #advanceLane(entry: Entry): void {
    const { key } = entry.stored;
    const lane = key === undefined ? undefined : this.#lanes.get(key);
    if (key === undefined || lane === undefined) return;
    lane.delete(entry);
    const [next] = lane;
    if (next === undefined) this.#lanes.delete(key);
    else this.#fresh.add(next);
  }
}

function refusalOf(entry: Entry, attempt: number): Refusal | undefined {
  if (attempt === entry.attempt) return undefined;
  return attempt < entry.attempt ? "receipt-expired" : "unknown-receipt";
}
