import { ConnectionError, type WirekitError } from "@wirekit/core";
import type { PartitionResult, ProducerRecord, TopicPartition } from "../kafka-driver.ts";
import { PartitionMap } from "../partition-map.ts";

/** What the broker says of a batch because of what is in it, and would have said the first time as well. */
const contentErrors = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_TIMESTAMP",
  "INVALID_RECORD",
]);
/** What the broker says although it may have written the batch. */
const doubtfulErrors = new Set([
  "REQUEST_TIMED_OUT",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "NETWORK_EXCEPTION",
  "UNKNOWN",
]);

/** The records of one partition within one send: what keeps one sequence number through all tries. */
export class PartitionBatch implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly records: ProducerRecord[] = [];
  /** Goes into a request of its own: a request that several share is refused without a word of which of them is meant. */
  isAlone = false;
  /** How often it was in a request that may have reached a broker. */
  requests = 0;
  /** Whether one of those requests was never answered. */
  isInDoubt = false;
  /** How often the broker said that there is no such topic or partition. */
  topicMisses = 0;
  lastError: WirekitError | undefined;
  /** Whether its sequence numbers are still the broker's. */
  isProducerFit = true;
  #result: PartitionResult | undefined;

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic;
    this.partition = partition;
  }

  get result(): PartitionResult | undefined {
    return this.#result;
  }

  written(baseOffset: bigint): void {
    this.#settle({ kind: "written", baseOffset });
  }

  /** The broker has refused it, alone in its request, with an error of this name. */
  refusedBy(kafkaError: string, error: WirekitError): void {
    this.isProducerFit = contentErrors.has(kafkaError);
    const mayBeWritten = (this.isInDoubt || doubtfulErrors.has(kafkaError)) && !contentErrors.has(kafkaError);
    this.#settle({ kind: mayBeWritten ? "unknown" : "refused", error });
  }

  /** It goes no further, for this reason: without a trace, unless it was in a request. */
  givenUp(error: WirekitError): void {
    this.isProducerFit = false;
    this.#settle({ kind: this.requests === 0 ? "refused" : "unknown", error });
  }

  /** An answer has come that says nothing of it. */
  passedOver(): void {
    this.isProducerFit = false;
    const error = new ConnectionError("The answer of the broker does not say what became of the records");
    this.#settle({ kind: "unknown", error });
  }

  #settle(outcome: Outcome): void {
    const { topic, partition } = this;
    this.#result ??= { topic, partition, ...outcome };
  }
}

type Outcome =
  | { readonly kind: "written"; readonly baseOffset: bigint }
  | { readonly kind: "refused" | "unknown"; readonly error: WirekitError };

/** The records by partition, in the order in which the partitions first occur. */
export function batchesOf(records: readonly ProducerRecord[]): PartitionBatch[] {
  const batches = new PartitionMap<PartitionBatch>();
  for (const record of records)
    batches.getOrAdd(record, () => new PartitionBatch(record)).records.push(record);
  return batches.values();
}
