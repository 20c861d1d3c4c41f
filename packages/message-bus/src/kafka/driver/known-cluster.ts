import { addressOf } from "./group-errors.ts";
import type { Synced } from "./join-group.ts";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";

/** A connection that has failed is not used again: kafkajs keeps the half of an answer that it has brought. */
export function forgetBroker(cluster: KafkajsCluster, thrown: unknown): void {
  const address = addressOf(thrown);
  if (address !== undefined) cluster.removeBroker(address);
}

/** Whether the leader has shared out other partitions than there are by now. */
export function hasOtherPartitions(cluster: KafkajsCluster, { partitionCounts }: Synced): boolean {
  for (const [topic, count] of partitionCounts) {
    if (cluster.findTopicPartitionMetadata(topic).length !== count) return true;
  }
  return false;
}
