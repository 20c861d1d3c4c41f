import type { WirekitError } from "@wirekit/core";
import type { FetchBuffer, Lease } from "@wirekit/core/inbound";
import type { BusDelivery } from "../../consume-options.ts";
import { ReceivedRecord } from "../../received.ts";
import type { ConsumedRecord } from "../kafka-driver.ts";

/** In which order records without a key are handled: in that of their partition, or as they come. */
export type KeylessOrder = "partition" | "none";

/**
 * A delivery of a record, and what it takes to settle it. Its `key` is the orderKey that keeps its order; the
 * record's own is in `received`.
 */
export interface KafkaDelivery extends BusDelivery {
  readonly lease: RecordLease;
  readonly record: OpenRecord;
}

/** Where a source hands its records over: to a consumer, or to those who receive one by one. */
export interface RecordTarget {
  /** Takes records from the buffer as it can, until that is empty. To be called again when it has grown. */
  pull(buffer: FetchBuffer<KafkaDelivery>): void;
  /** Hands a record over again, at the head of its order key, not to be handled before `afterMs`. */
  retry(delivery: KafkaDelivery, options: { readonly afterMs: number }): void;
  /** Lets nothing of an order key begin until the returned function is called. */
  hold(orderKey: string): () => void;
  /** Takes out, in order, all records that wait. They are the source's again. */
  takeWaiting(): KafkaDelivery[];
  /** The source cannot read, and goes on trying. */
  fault(error: unknown): void;
  /** The source reads (again). */
  recovered(): void;
}

/** A record from when it was read until it is finished or lost. */
export class OpenRecord {
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
  record: OpenRecord,
  consumed: ConsumedRecord,
  { topic, groupId, keylessOrder }: DeliveryFacts,
): KafkaDelivery {
  const { partition } = record;
  const id = `${topic}:${partition}:${consumed.offset}`;
  const { key, value: raw = "", valueBytes: bytes, headers, original } = consumed;
  const attempt = record.failures + 1;
  const sentAt = new Date(consumed.timestampMs);
  const received = new ReceivedRecord({
    target: topic,
    groupId,
    receiptHandle: id,
    raw,
    key,
    attempt,
    sentAt,
    headers,
    original,
  });
  const lease = new RecordLease();
  const orderKey = orderKeyOf(partition, key, keylessOrder);
  const delivery = { id, key: orderKey, attempt, body: raw, bytes, received, lease, record };
  record.delivery = delivery;
  return delivery;
}

/** The same record once more. */
export function nextDelivery(delivery: KafkaDelivery): KafkaDelivery {
  const { record, received } = delivery;
  record.failures += 1;
  const attempt = record.failures + 1;
  const again = new ReceivedRecord({ ...received, attempt });
  const next = { ...delivery, attempt, received: again, lease: new RecordLease() };
  record.delivery = next;
  return next;
}

/**
 * A key has its order within its partition. The orderKey of a partition has no colon, so that no key can be
 * taken for it.
 */
function orderKeyOf(
  partition: number,
  key: string | undefined,
  keylessOrder: KeylessOrder,
): string | undefined {
  if (key !== undefined) return `${partition}:${key}`;
  return keylessOrder === "partition" ? `${partition}` : undefined;
}

type Listener = (reason: WirekitError) => void;

/** The right to a record: it lasts as long as its partition stays assigned, and needs no renewal. */
export class RecordLease implements Lease {
  #reason: WirekitError | undefined;
  /** There is hardly ever more than one: a list for each record would cost more than what it lists. */
  #first: Listener | undefined;
  #others: Listener[] | undefined;

  get isLost(): boolean {
    return this.#reason !== undefined;
  }

  onLost(listener: Listener): () => void {
    if (this.#reason !== undefined) {
      listener(this.#reason);
      return nothing;
    }
    if (this.#first === undefined) this.#first = listener;
    else this.#others = [...(this.#others ?? []), listener];
    return () => {
      if (this.#first === listener) this.#first = undefined;
      else this.#others = this.#others?.filter((other) => other !== listener);
    };
  }

  end(): void {
    this.#first = undefined;
    this.#others = undefined;
  }

  /** The partition is not ours any more: tells all who listen, once. */
  lose(reason: WirekitError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const [first, others = []] = [this.#first, this.#others];
    this.end();
    first?.(reason);
    for (const listener of others) listener(reason);
  }
}

function nothing(): void {}
