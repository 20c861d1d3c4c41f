import type { KafkaFaults } from "./faults.ts";
import type { GroupState } from "./groups/group.ts";
import type { KafkaCounts } from "./request-counters.ts";

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One node, or all of them where none is named. */
export interface NodeScope {
  readonly nodeId?: number | undefined;
}

/** A consumer group as it is now. */
export interface GroupSnapshot {
  readonly state: GroupState;
  readonly generationId: number;
  /** The assignor that was chosen; empty while there is none. */
  readonly protocolName: string;
  readonly leaderId: string | undefined;
  readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
}

/** What can be done to a running broker at once. */
export interface KafkaActions {
  /** Another node leads the partition from now on: the next one, or `toNode`. Needs more than one node. */
  moveLeader(partition: TopicPartition & { readonly toNode?: number | undefined }): void;
  /** Another node coordinates the group from now on: the next one, or `toNode`. Needs more than one node. */
  moveCoordinator(group: { readonly groupId: string; readonly toNode?: number | undefined }): void;
  /** Has the members of a group join again. */
  rebalance(groupId: string): void;
  /** Has a member of a group be out of it, as if nothing had been heard of it for too long. */
  expireMember(member: { readonly groupId: string; readonly memberId: string }): void;
  /** Lets the records of a partition before an offset go, as retention would. */
  deleteRecords(partition: TopicPartition & { readonly before: bigint }): void;
  /**
   * Takes the records out of all batches of a partition that end before an offset, and leaves their headers,
   * as compaction can.
   */
  compact(partition: TopicPartition & { readonly before: bigint }): void;
  /** Ends the connections there are, at once. New ones are taken. */
  dropConnections(scope?: NodeScope): void;
  /**
   * Ends the connections there are, and every new one as soon as it is open, until `comeOnline`. Nothing is
   * forgotten.
   */
  goOffline(scope?: NodeScope): void;
  comeOnline(scope?: NodeScope): void;
}

/** A running broker. */
export interface Kafka extends KafkaActions {
  /** `host:port` of each node; the first one has the id 1. */
  readonly addresses: readonly string[];
  /** All addresses in one string, as clients in other languages want them. */
  readonly bootstrapServers: string;
  /** The certificate that clients have to trust, in PEM, where TLS is on. */
  readonly certificate: string | undefined;
  /** What goes wrong next. */
  readonly faults: KafkaFaults;
  /** What it was asked so far. */
  readonly counts: KafkaCounts;
  /** Begins to count anew. */
  resetCounts(): void;
  /** How many bytes of records it keeps, and how many have gone because more than `maxLogBytes` came. */
  readonly log: { readonly bytes: number; readonly forgottenBytes: number };
  /** How many connections are open. */
  readonly openConnections: number;
  /**
   * Makes a topic, without a client. @throws KafkaError when there is one of that name, or the name cannot
   * be.
   */
  createTopic(name: string, partitions?: number): void;
  /** Takes a topic away, without a client. @throws KafkaError when there is none of that name. */
  deleteTopic(name: string): void;
  /** How a group stands; `undefined` for one that nobody has asked for. */
  group(groupId: string): GroupSnapshot | undefined;
  /** The node that coordinates a group. */
  coordinatorOf(groupId: string): number;
  /** The node that leads a partition. @throws KafkaError when there is no such partition. */
  leaderOf(partition: TopicPartition): number;
  /** Resolves when no port, connection or timer is left. Closing twice is fine. */
  close(): Promise<void>;
}
