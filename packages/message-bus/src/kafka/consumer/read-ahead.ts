import type { ConsumedBatch, ConsumedRecord, RecordReader } from "../kafka-driver.ts";
import { readerOf } from "../record-reader.ts";
import type { HeldPartition } from "./held-partition.ts";

/** What one fetch has brought of a partition. */
export interface Stretch {
  readonly partition: HeldPartition;
  readonly records: RecordReader;
  /** The offset after it. */
  readonly nextOffset: bigint;
}

/** What was fetched in one assignment and is not handed over yet, in the order in which it came. Nothing of it counts as finished. */
export class ReadAhead {
  #stretches: Stretch[] = [];
  #size = 0;

  /** How many records there are. */
  get size(): number {
    return this.#size;
  }

  add(
    partition: HeldPartition,
    { records, nextOffset }: Pick<ConsumedBatch, "records" | "nextOffset">,
  ): void {
    partition.position = nextOffset;
    if (records.size === 0 && partition.ahead.records === 0) {
      partition.tracker.advance(nextOffset);
      return;
    }
    this.#stretches.push({ partition, records, nextOffset });
    this.#count(partition, records.size, records.bytes);
  }

  /** There is nothing to be read before `offset`, once what is there is. */
  skip(partition: HeldPartition, offset: bigint): void {
    this.add(partition, { records: readerOf([]), nextOffset: offset });
  }

  /** What came first and is not read to its end. */
  get first(): Stretch | undefined {
    return this.#stretches[0];
  }

  /** The next record of the first stretch; `undefined` where it has none. Whoever reads it holds it, and then calls `leave`. */
  read({ partition, records }: Stretch): ConsumedRecord | undefined {
    const { size, bytes } = records;
    const record = records.next();
    this.#count(partition, records.size - size, records.bytes - bytes);
    return record;
  }

  /** Goes on to the next stretch where the first is read to its end; says whether it is. */
  leave({ partition, records, nextOffset }: Stretch): boolean {
    if (records.size > 0) return false;
    this.#stretches.shift();
    partition.tracker.advance(nextOffset);
    return true;
  }

  /** Forgets what there is of a partition. */
  drop(partition: HeldPartition): void {
    for (const { records } of this.#stretches.filter((one) => one.partition === partition))
      this.#count(partition, -records.size, -records.bytes);
    this.#stretches = this.#stretches.filter((one) => one.partition !== partition);
  }

  #count({ ahead }: HeldPartition, records: number, bytes: number): void {
    this.#size += records;
    ahead.records += records;
    ahead.bytes += bytes;
  }
}
