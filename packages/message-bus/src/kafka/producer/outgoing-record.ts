import type { OriginalBytes } from "../../original-bytes.ts";
import type { BrokerReceipt, Outgoing } from "../../outgoing.ts";
import type { ProducerRecord } from "../kafka-driver.ts";
import { recordBytes } from "./record-size.ts";

/** What Kafka says of a message that all replicas have. */
export interface KafkaReceipt extends BrokerReceipt {
  readonly topic: string;
  readonly partition: number;
  /** Its place in the partition. */
  readonly offset: number;
}

/** One record on its way to the broker. */
export class OutgoingRecord implements ProducerRecord {
  readonly outgoing: Outgoing<KafkaReceipt>;
  readonly topic: string;
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly original: OriginalBytes | undefined;
  readonly bytes: number;
  /** When its time is over, on the monotonic clock. */
  readonly expiresAt: number;
  partition = -1;
  /** Names the partition and topic: the key under which the batcher keeps order. */
  partitionName = "";

  constructor(outgoing: Outgoing<KafkaReceipt>, expiresAt: number) {
    this.outgoing = outgoing;
    this.topic = outgoing.target;
    this.key = outgoing.key;
    this.value = outgoing.text;
    this.headers = outgoing.headers;
    this.original = outgoing.original;
    this.bytes = recordBytes(this);
    this.expiresAt = expiresAt;
  }
}
