import { LinkedList, type ListMember } from "../kit/linked-list.ts";

/** What a {@link SendQueue} reads of an entry, and what it notes on it. */
export interface QueuedEntry<Self extends ListMember<Self>> extends ListMember<Self> {
  readonly key: string | undefined;
  readonly bytes: number;
  /** The queue of its key; after it was taken, the queue it came from. */
  keyQueue: KeyQueue<Self> | undefined;
}

/**
 * The entries of one key in their order, or one entry without a key. A key queue is *ready* in one of the
 * send queue's two lists, *closed* while entries of it are in flight or pause before a retry, or gone when it
 * is empty.
 */
export class KeyQueue<Entry extends ListMember<Entry>> implements ListMember<KeyQueue<Entry>> {
  previous: KeyQueue<Entry> | undefined = undefined;
  next: KeyQueue<Entry> | undefined = undefined;
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
 * The entries that wait to be flushed. After entries of a key were taken, the key gives nothing more until it
 * is opened again; other keys are not held back. Every operation takes constant time for each entry that it
 * concerns, however many others wait.
 */
export class SendQueue<Entry extends QueuedEntry<Entry>> {
  /** Ready, and to go with the next flush. */
  readonly #due = new LinkedList<KeyQueue<Entry>>();
  /** Ready, and lingering; `dueAt` never falls from first to last. */
  readonly #lingering = new LinkedList<KeyQueue<Entry>>();
  readonly #byKey = new Map<string, KeyQueue<Entry>>();
  readonly #limits: BatchLimits;
  #readyEntries = 0;
  #readyBytes = 0;

  constructor(limits: BatchLimits) {
    this.#limits = limits;
  }

  /** Puts `entry` behind those of its key. Without a `dueAt` it does not linger. */
  add(entry: Entry, dueAt?: number): void {
    const keyQueue = this.#keyQueueFor(entry.key);
    entry.keyQueue = keyQueue;
    this.#countIfReady(keyQueue, -1);
    keyQueue.entries.append(entry);
    keyQueue.bytes += entry.bytes;
    this.#countIfReady(keyQueue, 1);
    if (keyQueue.closed || keyQueue.list !== undefined) return;
    keyQueue.dueAt = dueAt ?? 0;
    this.#makeReady(keyQueue, dueAt === undefined ? this.#due : this.#lingering);
  }

  /** Puts entries that were taken back where they came from, in their order. Their keys stay closed. */
  restore(entries: readonly Entry[]): void {
    for (const entry of entries.toReversed()) {
      entry.keyQueue?.entries.prepend(entry);
      if (entry.keyQueue !== undefined) entry.keyQueue.bytes += entry.bytes;
    }
  }

  /** Takes a waiting entry out; `false` when it does not wait. */
  remove(entry: Entry): boolean {
    const { keyQueue } = entry;
    if (keyQueue === undefined || entry.list !== keyQueue.entries) return false;
    this.#countIfReady(keyQueue, -1);
    keyQueue.entries.remove(entry);
    keyQueue.bytes -= entry.bytes;
    this.#countIfReady(keyQueue, 1);
    if (keyQueue.entries.size === 0 && !keyQueue.closed) this.#forget(keyQueue);
    return true;
  }

  /** Opens a key again of which entries were taken. What waited behind those lingers no more. */
  open(keyQueue: KeyQueue<Entry>): void {
    if (!keyQueue.closed) return;
    keyQueue.closed = false;
    if (keyQueue.entries.size === 0) this.#forget(keyQueue);
    else this.#makeReady(keyQueue, this.#due);
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
    for (const keyQueue of this.#lingering) {
      if (keyQueue.dueAt > now) return;
      this.#lingering.remove(keyQueue);
      this.#due.append(keyQueue);
    }
  }

  /** Takes the next batch, as large as the limits allow, and closes its keys. Empty when nothing is ready. */
  take(): Entry[] {
    const { maxEntries, maxBytes, entriesPerKey } = this.#limits;
    const batch: Entry[] = [];
    let room = maxBytes;

    while (batch.length < maxEntries) {
      const keyQueue = this.#due.first ?? this.#lingering.first;
      let entry = keyQueue?.entries.first;
      // An entry that is larger than a whole batch goes alone.
      if (keyQueue === undefined || entry === undefined || (entry.bytes > room && batch.length > 0)) break;
      this.#close(keyQueue);
      do {
        keyQueue.entries.remove(entry);
        keyQueue.bytes -= entry.bytes;
        room -= entry.bytes;
        batch.push(entry);
        entry = keyQueue.entries.first;
      } while (
        entriesPerKey === "many" &&
        batch.length < maxEntries &&
        entry !== undefined &&
        entry.bytes <= room
      );
    }
    return batch;
  }

  /**
   * All that wait: ready, or behind their key. Entries without a key that pause before a retry are in
   * `Retries` only.
   */
  *[Symbol.iterator](): Generator<Entry, void> {
    for (const keyQueue of this.#byKey.values()) yield* keyQueue.entries;
    for (const list of [this.#due, this.#lingering]) {
      for (const keyQueue of list) if (keyQueue.key === undefined) yield* keyQueue.entries;
    }
  }

  #keyQueueFor(key: string | undefined): KeyQueue<Entry> {
    if (key === undefined) return new KeyQueue(key);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const keyQueue = new KeyQueue<Entry>(key);
    this.#byKey.set(key, keyQueue);
    return keyQueue;
  }

  #makeReady(keyQueue: KeyQueue<Entry>, list: LinkedList<KeyQueue<Entry>>): void {
    list.append(keyQueue);
    this.#count(keyQueue, 1);
  }

  #close(keyQueue: KeyQueue<Entry>): void {
    this.#unlist(keyQueue);
    keyQueue.closed = true;
  }

  #forget(keyQueue: KeyQueue<Entry>): void {
    this.#unlist(keyQueue);
    if (keyQueue.key !== undefined) this.#byKey.delete(keyQueue.key);
  }

  #unlist(keyQueue: KeyQueue<Entry>): void {
    if (keyQueue.list === undefined) return;
    this.#count(keyQueue, -1);
    if (!this.#due.remove(keyQueue)) this.#lingering.remove(keyQueue);
  }

  /**
   * To be called before and after the entries of a key queue change, so that the sums over what is ready stay
   * true.
   */
  #countIfReady(keyQueue: KeyQueue<Entry>, sign: 1 | -1): void {
    if (keyQueue.list !== undefined) this.#count(keyQueue, sign);
  }

  /** Adds, or subtracts, what a ready key queue can give to the next batch. */
  #count(keyQueue: KeyQueue<Entry>, sign: 1 | -1): void {
    const { first, size } = keyQueue.entries;
    const all = this.#limits.entriesPerKey === "many";
    this.#readyEntries += sign * (all ? size : Math.min(size, 1));
    this.#readyBytes += sign * (all ? keyQueue.bytes : (first?.bytes ?? 0));
  }
}

/** The key queues that entries were taken from, each once. */
export function keyQueuesOf<Entry extends QueuedEntry<Entry>>(entries: readonly Entry[]): KeyQueue<Entry>[] {
  return [...new Set(entries.map(({ keyQueue }) => keyQueue).filter((keyQueue) => keyQueue !== undefined))];
}
