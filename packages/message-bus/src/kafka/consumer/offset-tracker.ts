/** Something at an offset that is to be finished before anything beyond it may be committed. */
export interface TrackedOffset {
  readonly offset: bigint;
  isFinished: boolean;
}

/**
 * What of a partition was handed over, and how far all of it is finished. Offsets come in rising order and
 * may leave gaps: a log that was compacted, or transactions, have offsets without a record. Every operation
 * takes constant time on average.
 */
export class OffsetTracker<Entry extends TrackedOffset> {
  /**
   * In the order of their offsets. Before `#head` all are finished, and let go of: what is kept for long is
   * costly to collect.
   */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  /** Everything before it was handed over, or is no record. */
  #nextOffset: bigint;
  #lastOffset: bigint;

  /** @param startOffset the first that was not handed over. */
  constructor(startOffset: bigint) {
    this.#nextOffset = startOffset;
    this.#lastOffset = startOffset - 1n;
  }

  /** The next offset to be handed over. */
  get position(): bigint {
    const next = this.#lastOffset + 1n;
    return next > this.#nextOffset ? next : this.#nextOffset;
  }

  /** What may be committed: everything before it is finished. */
  get committable(): bigint {
    return this.#entries[this.#head]?.offset ?? this.position;
  }

  /** How many were handed over and are not finished, or stand behind one that is not. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** One more was handed over. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#lastOffset = entry.offset;
  }

  /** There is nothing more to hand over before `nextOffset`. */
  advance(nextOffset: bigint): void {
    if (nextOffset > this.#nextOffset) this.#nextOffset = nextOffset;
  }

  finish(entry: Entry): void {
    entry.isFinished = true;
    while (this.#entries[this.#head]?.isFinished === true) {
      this.#entries[this.#head] = undefined;
      this.#head += 1;
    }
    if (this.#head >= 1_024 && this.#head * 2 >= this.#entries.length) this.#forgetFinished();
  }

  /** Those that are not finished, in order. */
  unfinished(): Entry[] {
    return this.#entries.filter((entry) => entry !== undefined && !entry.isFinished) as Entry[];
  }

  #forgetFinished(): void {
    this.#entries = this.#entries.slice(this.#head);
    this.#head = 0;
  }
}
