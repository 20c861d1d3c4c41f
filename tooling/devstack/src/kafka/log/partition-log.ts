import { KafkaError } from "../errors.ts";
import { ProducerStates } from "./producer-states.ts";
import { offsetDeltaAt, type RecordBatch, stampBatch, withoutRecords } from "./record-batch.ts";
import type { Retention } from "./retention.ts";

interface StoredBatch {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly maxTimestamp: bigint;
  readonly bytes: Buffer;
  /** How many bytes were appended to the log before this batch. */
  readonly position: number;
}

/** Where a batch stands in the log. */
export interface Appended {
  readonly baseOffset: bigint;
  /** Set for a duplicate, which was there before and is not written again: the time of its last record. */
  readonly duplicateOfTime?: bigint | undefined;
}

/** An offset, and the time of the record there. */
export interface OffsetAndTime {
  readonly offset: bigint;
  readonly timestamp: bigint;
}

/** The records of one partition, in memory. */
export class PartitionLog {
  #batches: StoredBatch[] = [];
  #startOffset = 0n;
  #endOffset = 0n;
  #endPosition = 0;
  readonly #producers = new ProducerStates();
  readonly #watchers = new Set<() => void>();
  readonly #retention: Retention | undefined;

  /** `retention` bounds it together with others. */
  constructor(retention?: Retention) {
    this.#retention = retention;
  }

  /** The first offset that is still there. */
  get startOffset(): bigint {
    return this.#startOffset;
  }

  /** The offset that the next record will get; also the high watermark, as nothing here is replicated. */
  get endOffset(): bigint {
    return this.#endOffset;
  }

  /** Appends a batch, unless its producer wrote it already. */
  append(batch: RecordBatch, leaderEpoch: number): Appended {
    const idempotent = batch.producerId >= 0n;
    const written = idempotent ? this.#producers.check(batch) : undefined;
    if (written) return { baseOffset: written.baseOffset, duplicateOfTime: written.maxTimestamp };

    const baseOffset = this.#endOffset;
    const lastOffset = baseOffset + BigInt(batch.lastOffsetDelta);
    stampBatch(batch.bytes, baseOffset, leaderEpoch);
    const { bytes, maxTimestamp } = batch;
    this.#batches.push({ baseOffset, lastOffset, maxTimestamp, bytes, position: this.#endPosition });
    this.#endOffset = lastOffset + 1n;
    this.#endPosition += bytes.length;
    if (idempotent) this.#producers.record(batch, baseOffset);
    this.#retention?.appended(this, this.#endOffset, bytes.length);
    this.wake();
    return { baseOffset };
  }

  /**
   * The bytes from the batch that holds `offset` on, at most `maxBytes` of them: like a real log, it is cut
   * where the limit is, in the middle of a batch. A first batch that is larger than the limit comes whole
   * with `firstBatch: "whole"`, and is left out, together with all the rest, with `"within-limit"`.
   */
  read(offset: bigint, maxBytes: number, firstBatch: "whole" | "within-limit"): readonly Buffer[] {
    this.#checkRange(offset);
    const first = this.#indexOf(offset);
    const firstBytes = this.#batches[first]?.bytes.length ?? 0;
    if (firstBytes > maxBytes && firstBatch === "within-limit") return [];
    let left = Math.max(maxBytes, firstBytes);
    const chunks: Buffer[] = [];
    for (let index = first; index < this.#batches.length && left > 0; index += 1) {
      const { bytes } = this.#batches[index] as StoredBatch;
      chunks.push(bytes.subarray(0, left));
      left -= bytes.length;
    }
    return chunks;
  }

  /** How many bytes `read` could give from `offset` on. */
  bytesFrom(offset: bigint): number {
    this.#checkRange(offset);
    const batch = this.#batches[this.#indexOf(offset)];
    return batch === undefined ? 0 : this.#endPosition - batch.position;
  }

  /** The first record whose time is `timestamp` or later. */
  offsetFor(timestamp: bigint): OffsetAndTime | undefined {
    for (const batch of this.#batches) {
      if (batch.maxTimestamp < timestamp) continue;
      const found = offsetDeltaAt(batch.bytes, timestamp);
      if (found) return { offset: batch.baseOffset + BigInt(found.delta), timestamp: found.timestamp };
    }
    return undefined;
  }

  /** Lets the records before `offset` go, as retention does. */
  deleteBefore(offset: bigint): void {
    this.#checkRange(offset);
    const before = this.#bytes;
    this.#startOffset = offset;
    this.#batches = this.#batches.slice(this.#indexOf(offset));
    this.#retention?.removed(before - this.#bytes);
  }

  /**
   * Takes the records out of all batches that end before `offset`, as compaction does with records that later
   * ones have replaced: of such a batch the header stays, where it is the last of its producer.
   */
  compactBefore(offset: bigint): void {
    const before = this.#bytes;
    let { position = this.#endPosition } = this.#batches[0] ?? {};
    this.#batches = this.#batches.map((batch) => {
      const bytes = batch.lastOffset < offset ? withoutRecords(batch.bytes) : batch.bytes;
      const moved = { ...batch, bytes, position };
      position += bytes.length;
      return moved;
    });
    this.#endPosition = position;
    this.#retention?.removed(before - this.#bytes);
    this.wake();
  }

  /** Calls `listener` when there is something new to look at, until the returned function is called. */
  watch(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Has everyone who waits for this partition look again. */
  wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  /** Takes everything out, for a log that is gone. */
  discard(): void {
    this.deleteBefore(this.#endOffset);
    this.#retention?.dropped(this);
  }

  get #bytes(): number {
    return this.#endPosition - (this.#batches[0]?.position ?? this.#endPosition);
  }

  #checkRange(offset: bigint): void {
    if (offset < this.#startOffset || offset > this.#endOffset) throw new KafkaError("OFFSET_OUT_OF_RANGE");
  }

  /** The index of the first batch that ends at or after `offset`. */
  #indexOf(offset: bigint): number {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#batches[middle] as StoredBatch).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
