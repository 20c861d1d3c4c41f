import { WirekitError } from "@wirekit/core";
import type { GroupSubscriber } from "../assignors/assignor.ts";
import { assignors } from "../assignors/index.ts";
import type { MemberOptions } from "../kafka-driver.ts";
import type { AssignerProtocol } from "./kafkajs-client.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-hooks/kafkajs-cluster.ts";

/** What a member needs to join. */
export interface Joining {
  readonly cluster: KafkajsCluster;
  readonly coordinator: KafkajsBroker;
  readonly protocol: AssignerProtocol;
  readonly options: MemberOptions;
  /** Empty for one that is new. */
  readonly memberId: string;
}

/** A member that the group has taken in, before it knows what it is given. */
export type Joined = Awaited<ReturnType<KafkajsBroker["joinGroup"]>>;

const noUserData = Buffer.alloc(0);

/**
 * Asks to be taken in. Answered when all members have come, or the rebalance has waited long enough for them.
 */
export function joinGroup({ coordinator, protocol, options, memberId }: Joining): Promise<Joined> {
  const { groupId, topic, sessionTimeoutMs, rebalanceTimeoutMs } = options;
  const metadata = protocol.MemberMetadata.encode({ version: 0, topics: [topic], userData: noUserData });
  return coordinator.joinGroup({
    groupId,
    memberId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    groupProtocols: options.assignors.map((name) => ({ name, metadata })),
  });
}

/** What a member was given, and for a leader how many partitions there were to share out. */
export interface Synced {
  readonly partitions: readonly number[];
  /** By topic; empty for a member that does not lead. */
  readonly partitionCounts: ReadonlyMap<string, number>;
}

/** Asks what this member is given; the leader says what everybody is given. */
export async function syncGroup(joining: Joining, joined: Joined): Promise<Synced> {
  const { coordinator, protocol, options } = joining;
  const { generationId, memberId } = joined;
  const shared = memberId === joined.leaderId ? await shareOut(joining, joined) : noShares;
  const { memberAssignment } = await coordinator.syncGroup({
    groupId: options.groupId,
    generationId,
    memberId,
    groupAssignment: shared.assignment,
  });
  const assignment = protocol.MemberAssignment.decode(memberAssignment)?.assignment ?? {};
  return { partitions: assignment[options.topic] ?? [], partitionCounts: shared.partitionCounts };
}

const noShares = { assignment: [], partitionCounts: new Map<string, number>() };

async function shareOut({ cluster, protocol }: Joining, { members, groupProtocol }: Joined) {
  const assignor = Object.entries(assignors).find(([name]) => name === groupProtocol)?.[1];
  if (assignor === undefined) {
    throw new WirekitError(
      `The group has chosen the assignor ${groupProtocol}, which this member has not offered`,
      {
        code: "message-bus/unknown-assignor",
      },
    );
  }
  const subscribers = members.map(({ memberId, groupInstanceId, memberMetadata }): GroupSubscriber => {
    const topics = protocol.MemberMetadata.decode(memberMetadata)?.topics ?? [];
    return { memberId, groupInstanceId: groupInstanceId ?? undefined, topics };
  });
  const topics = new Set(subscribers.flatMap((subscriber) => subscriber.topics));
  const partitionCounts = await countPartitions(cluster, topics);
  const assignment = [...assignor(subscribers, partitionCounts)].map(([memberId, byTopic]) => ({
    memberId,
    memberAssignment: protocol.MemberAssignment.encode({
      version: 0,
      assignment: Object.fromEntries([...byTopic].map(([topic, partitions]) => [topic, [...partitions]])),
      userData: noUserData,
    }),
  }));
  return { assignment, partitionCounts };
}

/**
 * Members in other languages may read topics that this one does not; a topic that cannot be looked up is
 * shared out by nobody.
 */
async function countPartitions(
  cluster: KafkajsCluster,
  topics: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  await cluster.refreshMetadata();
  const counts = new Map<string, number>();
  for (const topic of topics) {
    await cluster.addMultipleTargetTopics([topic]).catch(() => undefined);
    counts.set(topic, cluster.findTopicPartitionMetadata(topic).length);
  }
  return counts;
}

/** Whether the leader has shared out other partitions than there are by now. */
export function hasOtherPartitions(cluster: KafkajsCluster, { partitionCounts }: Synced): boolean {
  for (const [topic, count] of partitionCounts) {
    if (cluster.findTopicPartitionMetadata(topic).length !== count) return true;
  }
  return false;
}
