import { LinkedList, type ListMember } from "../kit/linked-list.ts";

/** What a {@link Backlog} needs to know of an entry, and what it notes on it. */
export interface BacklogEntry<Self extends ListMember<Self>> extends ListMember<Self> {
  readonly key: string | undefined;
  readonly bytes: number;
  /** Where the entry stands, or stood until it was taken. */
  lane: Lane<Self> | undefined;
}

/**
 * The entries of one key in their order, or one entry without a key. A lane is in one of three states: *ready*, in one of the
 * backlog's two lists; *closed*, while entries of it are in flight or pause before a retry; or gone, when it is empty.
 */
export class Lane<Entry extends ListMember<Entry>> implements ListMember<Lane<Entry>> {
  previous: Lane<Entry> | undefined = undefined;
  next: Lane<Entry> | undefined = undefined;
  list: object | undefined = undefined;

  readonly key: string | undefined;
  readonly entries = new LinkedList<Entry>();
  bytes = 0;
  /** When the first entry has lingered long enough, on the monotonic clock. */
  dueAt = 0;
  closed = false;

  constructor(key: string | undefined) {
    this.key = key;
  }
}

/** The bounds of one batch. */
export interface BatchLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** How many entries of one key may stand in one batch. */
  readonly entriesPerKey: "one" | "many";
}

/**
 * What waits to be flushed. A key of which something was taken gives nothing more until it is opened again, and holds back
 * nobody else. Every operation takes constant time for each entry it concerns, however many others wait.
 */
export class Backlog<Entry extends BacklogEntry<Entry>> {
  /** Ready, and to go with the next flush. */
  readonly #due = new LinkedList<Lane<Entry>>();
  /** Ready, and lingering; `dueAt` never falls from first to last. */
  readonly #lingering = new LinkedList<Lane<Entry>>();
  readonly #byKey = new Map<string, Lane<Entry>>();
  readonly #limits: BatchLimits;
  #readyEntries = 0;
  #readyBytes = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Puts `entry` behind those of its key. Without a `dueAt` it does not linger. */
  add(entry: Entry, dueAt?: number): void {
    const lane = this.#laneFor(entry.key);
    entry.lane = lane;
    this.#countIfReady(lane, -1);
    lane.entries.append(entry);
    lane.bytes += entry.bytes;
    this.#countIfReady(lane, 1);
    if (lane.closed || lane.list !== undefined) return;
    lane.dueAt = dueAt ?? 0;
    this.#makeReady(lane, dueAt === undefined ? this.#due : this.#lingering);
  }

  /** Puts entries that were taken back where they came from, in their order. Their keys stay closed. */
  restore(entries: readonly Entry[]): void {
    for (const entry of entries.toReversed()) {
      entry.lane?.entries.prepend(entry);
      if (entry.lane !== undefined) entry.lane.bytes += entry.bytes;
    }
  }

  /** Takes a waiting entry out; `false` when it does not wait. */
  remove(entry: Entry): boolean {
    const { lane } = entry;
    if (lane === undefined || entry.list !== lane.entries) return false;
    this.#countIfReady(lane, -1);
    lane.entries.remove(entry);
    lane.bytes -= entry.bytes;
    this.#countIfReady(lane, 1);
    if (lane.entries.size === 0 && !lane.closed) this.#forget(lane);
    return true;
  }

  /** Opens a key again of which entries were taken. What waited behind those lingers no more. */
  open(lane: Lane<Entry>): void {
    if (!lane.closed) return;
    lane.closed = false;
    if (lane.entries.size === 0) this.#forget(lane);
    else this.#makeReady(lane, this.#due);
  }

  /** Whether there is a batch to take: a full one, or anything that has lingered long enough. */
  get hasBatch(): boolean {
    const { maxEntries, maxBytes } = this.#limits;
    return this.#due.size > 0 || this.#readyEntries >= maxEntries || this.#readyBytes >= maxBytes;
  }

  /** When the first of those that linger is due; `undefined` when none does. */
  get nextDueAt(): number | undefined {
    return this.#lingering.first?.dueAt;
  }

  /** Ends the lingering of all that are due by `now`. */
  endLingering(now: number): void {
    for (const lane of this.#lingering) {
      if (lane.dueAt > now) return;
      this.#lingering.remove(lane);
      this.#due.append(lane);
    }
  }

  /** Takes the next batch, as large as the limits allow, and closes its keys. Empty when nothing is ready. */
  take(): Entry[] {
    const { maxEntries, maxBytes, entriesPerKey } = this.#limits;
    const batch: Entry[] = [];
    let room = maxBytes;

    while (batch.length < maxEntries) {
      const lane = this.#due.first ?? this.#lingering.first;
      let entry = lane?.entries.first;
      // One that is larger than all that may be goes alone.
      if (lane === undefined || entry === undefined || (entry.bytes > room && batch.length > 0)) break;
      this.#close(lane);
      do {
        lane.entries.remove(entry);
        lane.bytes -= entry.bytes;
        room -= entry.bytes;
        batch.push(entry);
        entry = lane.entries.first;
      } while (
        entriesPerKey === "many" &&
        batch.length < maxEntries &&
        entry !== undefined &&
        entry.bytes <= room
      );
    }
    return batch;
  }

  /** All that wait: ready, or behind their key. Not those without a key that pause before a retry: who closed them knows them. */
  *[Symbol.iterator](): Generator<Entry, void> {
    for (const lane of this.#byKey.values()) yield* lane.entries;
    for (const list of [this.#due, this.#lingering]) {
      for (const lane of list) if (lane.key === undefined) yield* lane.entries;
    }
  }

  #laneFor(key: string | undefined): Lane<Entry> {
    if (key === undefined) return new Lane(key);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const lane = new Lane<Entry>(key);
    this.#byKey.set(key, lane);
    return lane;
  }

  #makeReady(lane: Lane<Entry>, list: LinkedList<Lane<Entry>>): void {
    list.append(lane);
    this.#count(lane, 1);
  }

  #close(lane: Lane<Entry>): void {
    this.#unlist(lane);
    lane.closed = true;
  }

  #forget(lane: Lane<Entry>): void {
    this.#unlist(lane);
    if (lane.key !== undefined) this.#byKey.delete(lane.key);
  }

  #unlist(lane: Lane<Entry>): void {
    if (lane.list === undefined) return;
    this.#count(lane, -1);
    if (!this.#due.remove(lane)) this.#lingering.remove(lane);
  }

  /** To be called before and after a lane's entries change, so that the sums over what is ready stay true. */
  #countIfReady(lane: Lane<Entry>, sign: 1 | -1): void {
    if (lane.list !== undefined) this.#count(lane, sign);
  }

  /** Adds, or subtracts, what a ready lane can give to the next batch. */
  #count(lane: Lane<Entry>, sign: 1 | -1): void {
    const { first, size } = lane.entries;
    const all = this.#limits.entriesPerKey === "many";
    this.#readyEntries += sign * (all ? size : Math.min(size, 1));
    this.#readyBytes += sign * (all ? lane.bytes : (first?.bytes ?? 0));
  }
}

/** Where entries that were taken came from, each once. */
export function lanesOf<Entry extends BacklogEntry<Entry>>(entries: readonly Entry[]): Lane<Entry>[] {
  return [...new Set(entries.map(({ lane }) => lane).filter((lane) => lane !== undefined))];
}
