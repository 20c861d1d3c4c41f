import { type ErrorName, errorCode, KafkaError } from "../errors.ts";

interface Topic<Partition> {
  readonly name: string;
  readonly partitions: readonly Partition[];
}

/**
 * Answers a request topic by topic and partition by partition. Where `serve` throws a KafkaError, only that
 * partition's answer is what `fail` makes of it.
 */
export function eachPartition<Partition, Served>(
  topics: readonly Topic<Partition>[],
  serve: (topic: string, partition: Partition) => Served,
  fail: (partition: Partition, error: ErrorName) => Served,
): readonly Topic<Served>[] {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => {
      try {
        return serve(name, partition);
      } catch (error) {
        if (error instanceof KafkaError) return fail(partition, error.error);
        throw error;
      }
    }),
  }));
}

/** The same answer for every partition of a request. */
export function everyPartition<Partition, Served>(
  topics: readonly Topic<Partition>[],
  make: (partition: Partition) => Served,
): readonly Topic<Served>[] {
  return topics.map(({ name, partitions }) => ({ name, partitions: partitions.map(make) }));
}

export const noError = errorCode("NONE");
