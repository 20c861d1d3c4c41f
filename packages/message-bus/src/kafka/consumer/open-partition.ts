import type { WirekitError } from "@wirekit/core";
import type { AssignedPartition, ConsumedBatch, ConsumedRecord, RecordReader } from "../kafka-driver.ts";
import { readerOf } from "../record-reader.ts";
import type { KafkaDelivery, OpenRecord } from "./kafka-delivery.ts";
import { OffsetTracker } from "./offset-tracker.ts";

/**
 * A record that was given up with nowhere to put it, and holds back the records behind it in its order key.
 */
export interface StoppedRecord {
  readonly id: string;
  /** The record's own key. */
  readonly key: string | undefined;
  readonly error: WirekitError;
  /** Lets the records behind it go on. */
  readonly letGo: () => void;
}

/** What is held of all partitions of an assignment, in bytes. */
export interface HeldBytes {
  bytes: number;
}

/** A partition for as long as it is assigned: what was read, what is held, and what may be committed. */
export class OpenPartition {
  readonly topic: string;
  readonly partition: number;
  /** What was handed over, and how far it is finished. */
  tracker: OffsetTracker<OpenRecord>;
  /** The next offset to be fetched. */
  position: bigint;
  /** What was fetched and not handed over. */
  readonly prefetched = { records: 0, bytes: 0 };
  /** The end of the log, as far as is known. */
  highWatermark: bigint | undefined = undefined;
  committed: bigint;
  /** What was handed over and is not finished. */
  unfinishedBytes = 0;
  /** Those of `unfinishedBytes` that nothing can be done with, because their order key has stopped. */
  blockedBytes = 0;
  isPaused = false;
  /** Whether it was told that nothing of what is held can be handled any more, and no more is read. */
  isStuck = false;
  /** By order key; a record without one by its id. */
  readonly stopped = new Map<string, StoppedRecord>();
  readonly #held: HeldBytes;

  constructor({ topic, partition, offset }: AssignedPartition, held: HeldBytes) {
    this.#held = held;
    this.topic = topic;
    this.partition = partition;
    this.committed = offset;
    this.position = offset;
    this.tracker = new OffsetTracker(offset);
  }

  /** What counts in the bound of what is held. */
  get bufferedBytes(): number {
    return this.unfinishedBytes + this.prefetched.bytes;
  }

  hold(record: OpenRecord): void {
    this.tracker.add(record);
    this.unfinishedBytes += record.bytes;
    this.#held.bytes += record.bytes;
    if (this.stopped.size > 0 && this.#isBlocked(record)) this.blockedBytes += record.bytes;
  }

  finish(record: OpenRecord): void {
    this.tracker.finish(record);
    // It may have to be remembered until those before it are finished; what was in it need not.
    record.delivery = undefined;
    this.unfinishedBytes -= record.bytes;
    this.#held.bytes -= record.bytes;
  }

  /** So many more records and bytes are fetched and not handed over. */
  count(records: number, bytes: number): void {
    this.prefetched.records += records;
    this.prefetched.bytes += bytes;
    this.#held.bytes += bytes;
  }

  /** Nothing is held any more that was handed over, and it begins anew. */
  restart(offset: bigint): void {
    this.tracker = new OffsetTracker(offset);
    this.position = offset;
    this.committed = offset;
    this.#held.bytes -= this.unfinishedBytes;
    this.unfinishedBytes = 0;
    this.blockedBytes = 0;
  }

  /** The record is never finished here, and nothing behind it in its order key is begun. */
  stop(delivery: KafkaDelivery, stopped: StoppedRecord): void {
    this.stopped.set(delivery.key ?? delivery.id, stopped);
    this.blockedBytes = 0;
    for (const record of this.tracker.unfinished()) {
      if (this.#isBlocked(record)) this.blockedBytes += record.bytes;
    }
  }

  /** What was read and is not finished loses its lease; nothing of it is committed. */
  lose(reason: WirekitError): void {
    for (const { letGo } of this.stopped.values()) letGo();
    this.stopped.clear();
    for (const { delivery } of this.tracker.unfinished()) delivery?.lease.lose(reason);
  }

  #isBlocked({ delivery }: OpenRecord): boolean {
    return delivery !== undefined && this.stopped.has(delivery.key ?? delivery.id);
  }
}

/** What one fetch has brought of a partition. */
export interface PrefetchedBatch {
  readonly partition: OpenPartition;
  readonly records: RecordReader;
  /** The offset after it. */
  readonly nextOffset: bigint;
}

/**
 * What was fetched in one assignment and is not handed over yet, in the order in which it came. Nothing of it
 * counts as finished.
 */
export class Prefetched {
  #batches: PrefetchedBatch[] = [];
  #size = 0;

  /** How many records there are. */
  get size(): number {
    return this.#size;
  }

  add(
    partition: OpenPartition,
    { records, nextOffset }: Pick<ConsumedBatch, "records" | "nextOffset">,
  ): void {
    partition.position = nextOffset;
    if (records.size === 0 && partition.prefetched.records === 0) {
      partition.tracker.advance(nextOffset);
      return;
    }
    this.#batches.push({ partition, records, nextOffset });
    this.#count(partition, records.size, records.bytes);
  }

  /** There is nothing to be read before `offset`, once what is there is. */
  skip(partition: OpenPartition, offset: bigint): void {
    this.add(partition, { records: readerOf([]), nextOffset: offset });
  }

  /** What came first and is not read to its end. */
  get first(): PrefetchedBatch | undefined {
    return this.#batches[0];
  }

  /**
   * The next record of the first batch; `undefined` where it has none. Whoever reads it holds it, and then
   * calls `leave`.
   */
  read({ partition, records }: PrefetchedBatch): ConsumedRecord | undefined {
    const { size, bytes } = records;
    const record = records.next();
    this.#count(partition, records.size - size, records.bytes - bytes);
    return record;
  }

  /** Goes on to the next batch where the first is read to its end; says whether it is. */
  leave({ partition, records, nextOffset }: PrefetchedBatch): boolean {
    if (records.size > 0) return false;
    this.#batches.shift();
    partition.tracker.advance(nextOffset);
    return true;
  }

  /** Forgets what there is of a partition. */
  drop(partition: OpenPartition): void {
    for (const { records } of this.#batches.filter((one) => one.partition === partition))
      this.#count(partition, -records.size, -records.bytes);
    this.#batches = this.#batches.filter((one) => one.partition !== partition);
  }

  #count(partition: OpenPartition, records: number, bytes: number): void {
    this.#size += records;
    partition.count(records, bytes);
  }
}
