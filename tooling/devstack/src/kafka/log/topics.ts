import { KafkaError } from "../errors.ts";
import { PartitionLog } from "./partition-log.ts";
import type { Retention } from "./retention.ts";
import { isTopicName } from "./topic-name.ts";

/** The topics of the broker and their partitions. */
export class Topics {
  readonly #topics = new Map<string, readonly PartitionLog[]>();
  /** What bounds all partitions together. */
  readonly retention: Retention;

  constructor(retention: Retention) {
    this.retention = retention;
  }

  names(): readonly string[] {
    return [...this.#topics.keys()];
  }

  has(name: string): boolean {
    return this.#topics.has(name);
  }

  /** @throws KafkaError `TOPIC_ALREADY_EXISTS`, `INVALID_TOPIC_EXCEPTION`, `INVALID_PARTITIONS`. */
  check(name: string, partitionCount: number): void {
    if (this.#topics.has(name))
      throw new KafkaError("TOPIC_ALREADY_EXISTS", `there is a topic named ${name} already`);
    checkTopicName(name);
    if (partitionCount < 1) throw new KafkaError("INVALID_PARTITIONS", "a topic has at least one partition");
  }

  /** Makes a topic. Throws as {@link Topics.check} does. */
  create(name: string, partitionCount: number): void {
    this.check(name, partitionCount);
    this.#topics.set(
      name,
      Array.from({ length: partitionCount }, () => new PartitionLog(this.retention)),
    );
  }

  /** Whoever waits for one of its partitions is woken, to see that it is gone. */
  delete(name: string): void {
    const partitions = this.partitions(name);
    this.#topics.delete(name);
    for (const partition of partitions) {
      partition.discard();
      partition.wake();
    }
  }

  /** @throws KafkaError `UNKNOWN_TOPIC_OR_PARTITION`. */
  partitions(name: string): readonly PartitionLog[] {
    const partitions = this.#topics.get(name);
    if (partitions === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
    return partitions;
  }

  /** @throws KafkaError `UNKNOWN_TOPIC_OR_PARTITION`. */
  partition(name: string, index: number): PartitionLog {
    const partition = this.partitions(name)[index];
    if (partition === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
    return partition;
  }
}

/** @throws KafkaError `INVALID_TOPIC_EXCEPTION`. */
export function checkTopicName(name: string): void {
  if (!isTopicName(name))
    throw new KafkaError(
      "INVALID_TOPIC_EXCEPTION",
      "the name is empty, too long, or has other characters than a-z, A-Z, 0-9, ., _, -",
    );
}
