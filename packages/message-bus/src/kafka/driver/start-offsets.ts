import type { AssignedPartition, MemberOptions } from "../kafka-driver.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";

/** Where to begin in each partition: where the group has committed, else where `startAt` says. */
export async function startOffsets(
  { cluster, coordinator }: { readonly cluster: KafkajsCluster; readonly coordinator: KafkajsBroker },
  { topic, groupId, startAt }: Pick<MemberOptions, "topic" | "groupId" | "startAt">,
  partitions: readonly number[],
): Promise<readonly AssignedPartition[]> {
  if (partitions.length === 0) return [];
  const asked = partitions.map((partition) => ({ partition }));
  const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions: asked }] });
  const committed = offsetsOf(responses, topic);
  // Below zero stands for nothing: what was never committed, and what kafkajs commits when it has lost its place.
  const without = partitions.filter((partition) => (committed.get(partition) ?? -1n) < 0n);
  const ends = await endOffsets(cluster, { topic, startAt }, without);
  return partitions.map((partition) => {
    const offset = ends.get(partition) ?? committed.get(partition);
    if (offset === undefined) throw new Error(`the broker does not say where partition ${partition} begins`);
    return { topic, partition, offset };
  });
}

/** Where the logs of partitions begin, or end. */
export async function endOffsets(
  cluster: KafkajsCluster,
  { topic, startAt }: Pick<MemberOptions, "topic" | "startAt">,
  partitions: readonly number[],
): Promise<ReadonlyMap<number, bigint>> {
  if (partitions.length === 0) return new Map();
  const asked = partitions.map((partition) => ({ partition }));
  const fromBeginning = startAt === "earliest";
  return offsetsOf(await cluster.fetchTopicsOffset([{ topic, partitions: asked, fromBeginning }]), topic);
}

function offsetsOf(
  topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[],
  topic: string,
): ReadonlyMap<number, bigint> {
  const partitions = topics.find((one) => one.topic === topic)?.partitions ?? [];
  return new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
