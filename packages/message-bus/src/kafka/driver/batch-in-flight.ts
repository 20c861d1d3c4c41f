import type { WirekitError } from "@wirekit/core";
import type { ProduceResult, ProducerBatch, TopicPartition } from "../kafka-driver.ts";
import { batchFaultOf } from "./broker-errors.ts";
import { encodeRecords } from "./encode-batch.ts";
import type { EncodedBatch } from "./produce-request.ts";

/** A producer id, and the next sequence number of each partition under it. */
export class ProducerIdentity {
  readonly #producerId: bigint;
  readonly #producerEpoch: number;
  readonly #sequences = new Map<string, number>();

  constructor({
    producerId,
    producerEpoch,
  }: { readonly producerId: string; readonly producerEpoch: number }) {
    this.#producerId = BigInt(producerId);
    this.#producerEpoch = producerEpoch;
  }

  next(place: TopicPartition) {
    const sequence = this.#sequences.get(nameOf(place)) ?? 0;
    return { producerId: this.#producerId, producerEpoch: this.#producerEpoch, sequence };
  }

  advance(place: TopicPartition, records: number): void {
    this.#sequences.set(nameOf(place), (this.next(place).sequence + records) % 2 ** 31);
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${partition}:${topic}`;
}

/**
 * A batch from its first request to its result. All its requests have the same bytes and the same sequence
 * numbers, unless the broker says that it does not expect them and that nothing was written.
 */
export class BatchInFlight implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** How often the broker said that there is no such topic or partition. */
  topicMisses = 0;
  lastError: WirekitError | undefined;
  /** Whether the broker expects the sequence number that we would use next. */
  isSequenceKnown = true;
  readonly #batch: ProducerBatch;
  #encoded: EncodedBatch | undefined;
  /** What it was encoded under. */
  #identity: ProducerIdentity | undefined;
  /** Requests that may have reached the broker, and of which it has not said that they had no effect. */
  #unanswered = 0;
  #result: ProduceResult | undefined;

  constructor(batch: ProducerBatch) {
    this.topic = batch.topic;
    this.partition = batch.partition;
    this.#batch = batch;
  }

  get result(): ProduceResult | undefined {
    return this.#result;
  }

  async encode(
    identity: ProducerIdentity,
    { compression, compress, now }: BatchEncoding,
  ): Promise<EncodedBatch> {
    if (this.#encoded === undefined) {
      const { topic, partition } = this;
      const { records } = this.#batch;
      const plain = encodeRecords(records);
      this.#identity = identity;
      this.#encoded = {
        topic,
        partition,
        ...identity.next(this),
        compression,
        timestampMs: now(),
        recordCount: records.length,
        records: compress === undefined ? plain : await compress(plain),
      };
    }
    return this.#encoded;
  }

  /** It is in a request that may reach the broker. */
  sent(): void {
    this.#unanswered += 1;
  }

  written(baseOffset: bigint): void {
    this.#identity?.advance(this, this.#batch.records.length);
    this.#settle({ kind: "written", baseOffset });
  }

  /** The broker has refused it for now, and it is sent again. */
  refusedForNow(kafkaError: string): void {
    if (batchFaultOf(kafkaError) !== "doubt") this.#unanswered -= 1;
  }

  /**
   * The broker does not expect the producer id or sequence number. Where nothing is in doubt, the batch is
   * not in the log, and goes out again under another identity; `false` where an earlier request may have been
   * written, and would be written twice.
   */
  restart(): boolean {
    this.#unanswered -= 1;
    if (this.#unanswered > 0) return false;
    this.#encoded = undefined;
    return true;
  }

  /** The broker has refused it, for good. */
  refused(kafkaError: string, error: WirekitError): void {
    const isContent = batchFaultOf(kafkaError) === "content";
    this.isSequenceKnown = isContent;
    if (isContent) this.#unanswered = 0;
    else this.refusedForNow(kafkaError);
    this.#settle({ kind: this.#unanswered > 0 ? "unknown" : "refused", error });
  }

  /** It goes no further, for this reason. */
  giveUp(error: WirekitError): void {
    if (this.#result !== undefined) return;
    if (this.#unanswered > 0) this.isSequenceKnown = false;
    this.#settle({ kind: this.#unanswered > 0 ? "unknown" : "refused", error });
  }

  #settle(result: ProduceResult): void {
    this.#result ??= result;
  }
}

/** How batches are encoded. */
export interface BatchEncoding {
  /** The protocol's number; 0 for none. */
  readonly compression: number;
  readonly compress: ((records: Buffer) => Promise<Buffer>) | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
