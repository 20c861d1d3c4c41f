import { forgetting } from "../../bounds/forgetting.ts";

/** A part of a log, as far as its bytes count. */
export interface Retained {
  readonly startOffset: bigint;
  /** Lets the records before `offset` go. */
  deleteBefore(offset: bigint): void;
}

interface Entry {
  readonly log: Retained;
  readonly endOffset: bigint;
}

/** Keeps all partitions together within so many bytes: the batches that were appended first go first. */
export class Retention {
  readonly #maxBytes: number;
  readonly #warn: () => void;
  /** A batch each, in the order in which they were appended; some may be gone by now. */
  #entries: Entry[] = [];
  #bytes = 0;
  #forgottenBytes = 0;

  /** `option` is what sets the limit, as the warning names it; without one there is no warning. */
  constructor(maxBytes: number, option?: string) {
    this.#maxBytes = maxBytes;
    this.#warn = forgetting({ name: "records", limit: maxBytes, option });
  }

  /** What the logs hold now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How much has gone because there was too much. */
  get forgottenBytes(): number {
    return this.#forgottenBytes;
  }

  /** To be called for each batch that is appended, after it was. */
  appended(log: Retained, endOffset: bigint, bytes: number): void {
    this.#entries.push({ log, endOffset });
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) this.#forget();
  }

  /** To be called when bytes go in another way. */
  removed(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** To be called when a log is gone, after its bytes. */
  dropped(log: Retained): void {
    this.#entries = this.#entries.filter((entry) => entry.log !== log);
  }

  /** Some more than need be, so that the next batch does not have everything moved again. */
  #forget(): void {
    const before = this.#bytes;
    const goal = this.#maxBytes - this.#maxBytes / 8;
    const steps = Math.max(1, this.#entries.length >> 4);
    let next = 0;
    while (this.#bytes > goal && next < this.#entries.length - 1) {
      const ends = new Map<Retained, bigint>();
      const last = Math.min(next + steps, this.#entries.length - 1);
      for (; next < last; next += 1) {
        const { log, endOffset } = this.#entries[next] as Entry;
        ends.set(log, endOffset);
      }
      for (const [log, end] of ends) if (end > log.startOffset) log.deleteBefore(end);
    }
    this.#entries = this.#entries.slice(next);
    this.#forgottenBytes += before - this.#bytes;
    this.#warn();
  }
}
