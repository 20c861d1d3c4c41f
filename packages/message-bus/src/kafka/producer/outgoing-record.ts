import type { ProducerRecord } from "../kafka-driver.ts";
import { recordBytes } from "./record-size.ts";

/** Where the broker has put a record. */
export interface WrittenRecord {
  readonly partition: number;
  readonly offset: bigint;
}

/** Who waits for a record. Callbacks and no promise: the caller has one, and a second costs as much as all that is done for the record here. */
export interface RecordCaller {
  written(place: WrittenRecord): void;
  failed(reason: unknown): void;
}

/** What is to be sent, and how far it has come. */
export class OutgoingRecord<Origin = unknown> {
  readonly topic: string;
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the caller knows it by. */
  readonly origin: Origin;
  readonly bytes: number;
  /** Told once, when the record has come to its end. */
  caller: RecordCaller | undefined = undefined;
  partition = -1;
  /** When its time is over, on the monotonic clock. */
  expiresAt = 0;
  /** Whether it was in a request: from then on it may have arrived. */
  wasTried = false;

  constructor(facts: Omit<ProducerRecord, "partition"> & { readonly origin: Origin }) {
    this.topic = facts.topic;
    // As in the original, and in every client of the bus: an empty key is none.
    this.key = facts.key === "" ? undefined : facts.key;
    this.value = facts.value;
    this.headers = facts.headers;
    this.origin = facts.origin;
    this.bytes = recordBytes(this);
  }
}
