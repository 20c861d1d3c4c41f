import type { TopicPartition } from "../kafka-driver.ts";
import type { OpenAssignment } from "./assignment.ts";

/** More than this are forgotten, the oldest first. */
const maxRemembered = 10_000;

/**
 * How often handling a record has failed, across rebalances: without it, a message that always fails would
 * never be given up in a group whose members come and go.
 */
export class FailureMemory {
  readonly #failures = new Map<string, number>();

  /** Keeps what is known of the records of an assignment that ends. */
  remember(assignment: OpenAssignment): void {
    for (const partition of assignment.partitions.values()) {
      for (const { offset, failures } of partition.tracker.unfinished()) {
        if (failures > 0) this.#failures.set(keyOf(partition, offset), failures);
      }
    }
    for (const key of this.#failures.keys()) {
      if (this.#failures.size <= maxRemembered) break;
      this.#failures.delete(key);
    }
  }

  /** How often the record has failed; forgets it. */
  take(partition: TopicPartition, offset: bigint): number {
    if (this.#failures.size === 0) return 0;
    const key = keyOf(partition, offset);
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.delete(key);
    return failures;
  }
}

function keyOf({ topic, partition }: TopicPartition, offset: bigint): string {
  return `${topic}:${partition}:${offset}`;
}
