import type { WirekitError } from "@wirekit/core";
import type { AssignedPartition } from "../kafka-driver.ts";
import type { HeldRecord, KafkaDelivery } from "./kafka-delivery.ts";
import { OffsetTracker } from "./offset-tracker.ts";

/** A record that was given up with nowhere to put it, and holds back what stands behind it in its line. */
export interface StoppedRecord {
  readonly id: string;
  /** The record's own key. */
  readonly key: string | undefined;
  readonly error: WirekitError;
  /** Lets its line go on. */
  readonly letGo: () => void;
}

/** A partition for as long as it is assigned: what was read, what is held, and what may be committed. */
export class HeldPartition {
  readonly topic: string;
  readonly partition: number;
  /** What was handed over, and how far it is finished. */
  tracker: OffsetTracker<HeldRecord>;
  /** The next offset to be fetched. */
  position: bigint;
  /** What was fetched and not handed over. */
  readonly ahead = { records: 0, bytes: 0 };
  /** The end of the log, as far as is known. */
  highWatermark: bigint | undefined = undefined;
  committed: bigint;
  /** What was handed over and is not finished. */
  handedBytes = 0;
  /** Those of `handedBytes` that nothing can be done with, because their line has stopped. */
  blockedBytes = 0;
  isPaused = false;
  /** Whether it was told that nothing of what is held can be handled any more, and no more is read. */
  isStuck = false;
  /** By line; a record without one by its id. */
  readonly stopped = new Map<string, StoppedRecord>();

  constructor({ topic, partition, offset }: AssignedPartition) {
    this.topic = topic;
    this.partition = partition;
    this.committed = offset;
    this.position = offset;
    this.tracker = new OffsetTracker(offset);
  }

  /** What counts in the bound of what is held. */
  get heldBytes(): number {
    return this.handedBytes + this.ahead.bytes;
  }

  hold(record: HeldRecord): void {
    this.tracker.add(record);
    this.handedBytes += record.bytes;
    if (this.stopped.size > 0 && this.#isBlocked(record)) this.blockedBytes += record.bytes;
  }

  finish(record: HeldRecord): void {
    this.tracker.finish(record);
    // It may have to be remembered until those before it are finished; what was in it need not.
    record.delivery = undefined;
    this.handedBytes -= record.bytes;
  }

  /** The record is never finished here, and nothing behind it in its line is begun. */
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

  #isBlocked({ delivery }: HeldRecord): boolean {
    return delivery !== undefined && this.stopped.has(delivery.key ?? delivery.id);
  }
}
