import { QueueFullError } from "../errors/queue-full-error.ts";
import { LinkedList, type ListMember } from "../kit/linked-list.ts";

/** The most that may be held. */
export interface CapacityLimits {
  readonly maxPendingEntries: number;
  readonly maxPendingBytes: number;
}

interface Occupant<Self> extends ListMember<Self> {
  readonly bytes: number;
}

/**
 * Counts what is held against its bounds, and admits entries that wait for room in their order of arrival.
 */
export class Capacity<Entry extends Occupant<Entry>> {
  entries = 0;
  bytes = 0;
  readonly #limits: CapacityLimits;
  readonly #waiting = new LinkedList<Entry>();

  constructor(limits: CapacityLimits) {
    this.#limits = limits;
  }

  /** The entries that wait for room, first to last. */
  get waiting(): LinkedList<Entry> {
    return this.#waiting;
  }

  /** Counts `entry` in. Returns `false`, and does nothing, if there is no room or others wait already. */
  tryEnter(entry: Entry): boolean {
    if (this.#waiting.size > 0 || !this.#fits(entry)) return false;
    this.#count(entry);
    return true;
  }

  wait(entry: Entry): void {
    this.#waiting.append(entry);
  }

  /** Ends the wait of an entry. */
  withdraw(entry: Entry): void {
    this.#waiting.remove(entry);
  }

  /** Counts `entry` out. Call {@link admit} afterwards, because others may fit now. */
  leave(entry: Entry): void {
    this.entries -= 1;
    this.bytes -= entry.bytes;
  }

  /** Counts in the next entry that waits, if it fits now, and ends its wait. */
  admit(): Entry | undefined {
    const { first } = this.#waiting;
    if (first === undefined || !this.#fits(first)) return undefined;
    this.#waiting.remove(first);
    this.#count(first);
    return first;
  }

  /** Why an entry of this size does not fit; `undefined` if it does. */
  fullError(bytes: number): QueueFullError | undefined {
    if (this.#fits({ bytes })) return undefined;
    const { maxPendingEntries, maxPendingBytes } = this.#limits;
    return this.entries >= maxPendingEntries
      ? new QueueFullError("The batcher", { unit: "entries", limit: maxPendingEntries })
      : new QueueFullError("The batcher", { unit: "bytes", limit: maxPendingBytes });
  }

  #fits({ bytes }: { readonly bytes: number }): boolean {
    const { maxPendingEntries, maxPendingBytes } = this.#limits;
    return this.entries < maxPendingEntries && this.bytes + bytes <= maxPendingBytes;
  }

  #count({ bytes }: Entry): void {
    this.entries += 1;
    this.bytes += bytes;
  }
}
