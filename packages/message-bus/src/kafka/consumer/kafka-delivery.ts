import type { BusDelivery } from "../../consume-options.ts";
import type { ConsumedRecord } from "../kafka-driver.ts";
import { RecordLease } from "./record-lease.ts";

/** In which order records without a key are handled: in that of their partition, or as they come. */
export type KeylessOrder = "partition" | "none";

/** A delivery of a record, and what it takes to settle it. Its `key` is the line that keeps its order; the record's own is in `received`. */
export interface KafkaDelivery extends BusDelivery {
  readonly lease: RecordLease;
  readonly record: HeldRecord;
}

/** A record from when it was read until it is finished or lost. */
export class HeldRecord {
  readonly partition: number;
  readonly offset: bigint;
  /** What it counts for in the bound of what is held. */
  readonly bytes: number;
  isFinished = false;
  /** How often handling it has failed in this process. */
  failures: number;
  /** As it was last handed over. */
  delivery: KafkaDelivery | undefined = undefined;

  constructor(partition: number, offset: bigint, bytes: number, failures: number) {
    this.partition = partition;
    this.offset = offset;
    this.bytes = bytes;
    this.failures = failures;
  }
}

/** Where records of one group come from. */
export interface DeliveryFacts {
  readonly topic: string;
  readonly groupId: string;
  readonly keylessOrder: KeylessOrder;
}

/** A record's first delivery in this assignment. */
export function firstDelivery(
  record: HeldRecord,
  consumed: ConsumedRecord,
  { topic, groupId, keylessOrder }: DeliveryFacts,
): KafkaDelivery {
  const { partition } = record;
  const id = `${topic}:${partition}:${consumed.offset}`;
  const { key, value: raw = "", valueBytes: bytes } = consumed;
  const attempt = record.failures + 1;
  const received = {
    target: topic,
    groupId,
    receiptHandle: id,
    raw,
    key,
    attempt,
    sentAt: new Date(consumed.timestampMs),
    headers: consumed.headers,
  };
  const lease = new RecordLease();
  const line = lineOf(partition, key, keylessOrder);
  const delivery = { id, key: line, attempt, body: raw, bytes, received, lease, record };
  record.delivery = delivery;
  return delivery;
}

/** The same record once more. */
export function nextDelivery(delivery: KafkaDelivery): KafkaDelivery {
  const { record, received } = delivery;
  record.failures += 1;
  const attempt = record.failures + 1;
  const next = { ...delivery, attempt, received: { ...received, attempt }, lease: new RecordLease() };
  record.delivery = next;
  return next;
}

/** A key has its order within its partition. The line of a partition has no colon, so that no key can be taken for it. */
function lineOf(partition: number, key: string | undefined, keylessOrder: KeylessOrder): string | undefined {
  if (key !== undefined) return `${partition}:${key}`;
  return keylessOrder === "partition" ? `${partition}` : undefined;
}
