import type { AssignedPartition, MemberOptions } from "../kafka-driver.ts";
import type { KafkajsBroker, KafkajsCluster, TopicOffsets } from "./kafkajs-hooks/kafkajs-cluster.ts";

type Offsets = ReadonlyMap<number, bigint>;

/** Where a group begins in each partition: where it has committed, else where `startAt` says. */
export async function startOffsets(
  { cluster, coordinator }: { readonly cluster: KafkajsCluster; readonly coordinator: KafkajsBroker },
  { topic, groupId, startAt }: Pick<MemberOptions, "topic" | "groupId" | "startAt">,
  partitions: readonly number[],
): Promise<readonly AssignedPartition[]> {
  if (partitions.length === 0) return [];
  const committed = await committedOffsets(coordinator, { topic, groupId }, partitions);
  const without = partitions.filter((partition) => !committed.has(partition));
  const ends = await logOffsets(cluster, { topic, startAt }, without);
  return partitions.map((partition) => {
    const offset = ends.get(partition) ?? committed.get(partition);
    if (offset === undefined) throw new Error(`the broker does not say where partition ${partition} begins`);
    return { topic, partition, offset };
  });
}

/** What a group has committed; without the partitions in which it has committed nothing. */
export async function committedOffsets(
  coordinator: KafkajsBroker,
  { topic, groupId }: Pick<MemberOptions, "topic" | "groupId">,
  partitions: readonly number[],
): Promise<Offsets> {
  const asked = partitions.map((partition) => ({ partition }));
  const { responses } = await coordinator.offsetFetch({ groupId, topics: [{ topic, partitions: asked }] });
  // Below zero stands for nothing: what was never committed, and what kafkajs commits when it has lost its
  // place.
  return new Map([...offsetsOf(responses, topic)].filter(([, offset]) => offset >= 0n));
}

/** Where the logs of partitions begin, or end. */
export async function logOffsets(
  cluster: KafkajsCluster,
  { topic, startAt }: Pick<MemberOptions, "topic" | "startAt">,
  partitions: readonly number[],
): Promise<Offsets> {
  if (partitions.length === 0) return new Map();
  const asked = partitions.map((partition) => ({ partition }));
  const fromBeginning = startAt === "earliest";
  return offsetsOf(await cluster.fetchTopicsOffset([{ topic, partitions: asked, fromBeginning }]), topic);
}

function offsetsOf(topics: readonly TopicOffsets[], topic: string): Offsets {
  const partitions = topics.find((one) => one.topic === topic)?.partitions ?? [];
  return new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
