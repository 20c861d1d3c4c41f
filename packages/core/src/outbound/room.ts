import { QueueFullError } from "../errors/queue-full-error.ts";
import { LinkedList, type ListMember } from "../kit/linked-list.ts";

/** The bounds of what is held. */
export interface RoomLimits {
  readonly maxPendingEntries: number;
  readonly maxPendingBytes: number;
}

interface Occupant<Self> extends ListMember<Self> {
  readonly bytes: number;
}

/** Counts what is held against its bounds, and lets those who wait for room in by their order of arrival. */
export class Room<Entry extends Occupant<Entry>> {
  entries = 0;
  bytes = 0;
  readonly #limits: RoomLimits;
  readonly #waiting = new LinkedList<Entry>();

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** Those who wait, first to last. */
  get waiting(): LinkedList<Entry> {
    return this.#waiting;
  }

  /** Counts `entry` in; `false`, and nothing done, when there is no room or others came first. */
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

  /** Counts `entry` out. Whoever fits now is to be asked for with {@link admit}. */
  leave(entry: Entry): void {
    this.entries -= 1;
    this.bytes -= entry.bytes;
  }

  /** Counts the next one in that waits, if it fits now, and ends its wait. */
  admit(): Entry | undefined {
    const { first } = this.#waiting;
    if (first === undefined || !this.#fits(first)) return undefined;
    this.#waiting.remove(first);
    this.#count(first);
    return first;
  }

  /** Why an entry of this size does not fit; `undefined` when it does. */
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
