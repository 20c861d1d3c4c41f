import { type Broker, createTopic, deleteTopic } from "./broker.ts";
import { Cluster } from "./cluster.ts";
import { type Certificate, selfSignedCertificate } from "./connections/certificate.ts";
import type { Peer } from "./connections/connection.ts";
import { type Listener, listen } from "./connections/listener.ts";
import { dispatcher } from "./dispatch.ts";
import { type Fault, FaultPlan, type FaultScope } from "./faults.ts";
import { Groups } from "./groups/groups.ts";
import { Topics } from "./log/topics.ts";
import { type KafkaOptions, resolveOptions, type Settings } from "./options.ts";
import type { ApiName } from "./protocol/layouts.ts";
import { type KafkaCounts, RequestCounters } from "./request-counters.ts";

/** A partition of a topic. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** A consumer group as it is now. */
export interface GroupSnapshot {
  readonly state: "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";
  readonly generationId: number;
  readonly protocolName: string;
  readonly leaderId: string | undefined;
  readonly members: readonly { readonly memberId: string; readonly clientId: string }[];
}

/** What a test can have go wrong. */
export interface KafkaFaults {
  /** Has something go wrong with the next requests of an API. Faults of one API happen in the order in which they were given. */
  next(api: ApiName, fault: Fault, scope?: FaultScope): void;
  /** Takes back every fault that has not happened yet. */
  clear(): void;
  /** How many faults have not happened yet. */
  readonly left: number;
  /** Another node leads the partition from now on; needs more than one node. */
  moveLeader(partition: TopicPartition & { readonly toNode?: number | undefined }): void;
  /** Another node coordinates the group from now on; needs more than one node. */
  moveCoordinator(group: { readonly groupId: string; readonly toNode?: number | undefined }): void;
  /** Has the members of a group join again. */
  rebalance(groupId: string): void;
  /** Lets the records of a partition before `offset` go, as retention would. */
  deleteRecords(partition: TopicPartition & { readonly before: bigint }): void;
  /** Ends every connection there is, or those to one node, at once. New ones are taken. */
  dropConnections(scope?: { readonly nodeId?: number | undefined }): void;
}

/** A running broker. */
export interface Kafka {
  /** `host:port` of each node. */
  readonly addresses: readonly string[];
  /** All addresses in one string, as clients in other languages want them. */
  readonly bootstrapServers: string;
  /** The certificate that clients have to trust, in PEM, where TLS is on. */
  readonly certificate: string | undefined;
  readonly faults: KafkaFaults;
  /** What it was asked so far. */
  readonly counts: KafkaCounts;
  /** Begins to count anew. */
  resetCounts(): void;
  /** How many connections are open. */
  readonly openConnections: number;
  /** Makes a topic, without a client. */
  createTopic(name: string, partitions?: number): void;
  /** Takes a topic away, without a client. */
  deleteTopic(name: string): void;
  /** How a group stands; `undefined` for one that nobody has asked for. */
  group(groupId: string): GroupSnapshot | undefined;
  /** The node that coordinates a group. */
  coordinatorOf(groupId: string): number;
  /** The node that leads a partition. */
  leaderOf(partition: TopicPartition): number;
  /** Resolves when no port, connection or timer is left. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Starts a broker that speaks the Kafka protocol, in this process and in memory. It is for tests and demos: it forgets
 * everything when it is closed.
 *
 * @throws TypeError or RangeError that names the option at fault; the error of `listen` when a port is taken.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const settings = resolveOptions(options);
  const secured = settings.securityProtocol === "SSL" || settings.securityProtocol === "SASL_SSL";
  const certificate = secured ? await selfSignedCertificate() : undefined;
  const counters = new RequestCounters();
  const faults = new FaultPlan();
  const topics = new Topics();
  const { clock, initialRebalanceDelayMs } = settings;
  const groups = new Groups({ clock, initialRebalanceDelayMs });
  let producerIds = 0n;

  // No connection can be answered before all ports are known: where the nodes are is part of the answers.
  const peers: { open?: (nodeId: number, closed: AbortSignal) => Peer } = {};
  const listeners = await openListeners(settings, certificate, (nodeId, closed) => {
    counters.countConnection();
    return peers.open?.(nodeId, closed) ?? refusing;
  });
  const cluster = new Cluster(
    listeners.map(({ port }, index) => ({ id: index + 1, host: settings.advertisedHost, port })),
  );
  const broker: Broker = { settings, clock, cluster, topics, groups, nextProducerId: () => producerIds++ };
  peers.open = (nodeId, closed) => dispatcher({ broker, nodeId, faults, counters }, closed);
  for (const [name, partitions] of Object.entries(settings.topics)) createTopic(broker, name, partitions);

  const addresses = listeners.map(({ port }) => `${settings.advertisedHost}:${port}`);
  const connections = (nodeId?: number) =>
    listeners
      .filter((_, index) => nodeId === undefined || index + 1 === nodeId)
      .flatMap((l) => [...l.connections]);
  let closing: Promise<void> | undefined;

  return {
    addresses,
    bootstrapServers: addresses.join(","),
    certificate: certificate?.certificate,
    faults: {
      next: (api, fault, scope = {}) => faults.add(api, fault, scope),
      clear: () => faults.clear(),
      get left() {
        return faults.left;
      },
      moveLeader: ({ topic, partition, toNode }) => {
        cluster.moveLeader(topic, partition, toNode);
        topics.partition(topic, partition).wake();
      },
      moveCoordinator: ({ groupId, toNode }) => {
        cluster.moveCoordinator(groupId, toNode);
        groups.move(groupId);
      },
      rebalance: (groupId) => groups.find(groupId)?.rebalance(),
      deleteRecords: ({ topic, partition, before }) =>
        topics.partition(topic, partition).deleteBefore(before),
      dropConnections: ({ nodeId } = {}) => {
        for (const connection of connections(nodeId)) connection.destroy();
      },
    },
    get counts() {
      return counters.counts;
    },
    resetCounts: () => counters.reset(),
    get openConnections() {
      return connections().length;
    },
    createTopic: (name, partitions = settings.defaultPartitions) => createTopic(broker, name, partitions),
    deleteTopic: (name) => deleteTopic(broker, name),
    group: (groupId) => snapshot(groups, groupId),
    coordinatorOf: (groupId) => cluster.coordinator(groupId).id,
    leaderOf: ({ topic, partition }) => cluster.leadership(topic, partition).leaderId,
    close: () => {
      closing ??= closeAll(listeners, groups);
      return closing;
    },
  };
}

/** Opens all ports, or none. */
async function openListeners(
  { host, ports }: Settings,
  certificate: Certificate | undefined,
  accept: (nodeId: number, closed: AbortSignal) => Peer,
): Promise<readonly Listener[]> {
  const opened = await Promise.allSettled(
    ports.map((port, index) =>
      listen({ host, port, certificate, accept: (_, closed) => accept(index + 1, closed) }),
    ),
  );
  const listeners = opened.filter((result) => result.status === "fulfilled").map(({ value }) => value);
  const failed = opened.find((result) => result.status === "rejected");
  if (failed === undefined) return listeners;
  await Promise.all(listeners.map((listener) => listener.close()));
  throw failed.reason;
}

async function closeAll(listeners: readonly Listener[], groups: Groups): Promise<void> {
  await Promise.all(listeners.map((listener) => listener.close()));
  groups.close();
}

function snapshot(groups: Groups, groupId: string): GroupSnapshot | undefined {
  const group = groups.find(groupId);
  if (group === undefined) return undefined;
  const { state, generationId, protocolName, leaderId } = group;
  const members = group.members.map(({ id, description }) => ({
    memberId: id,
    clientId: description.clientId,
  }));
  return { state, generationId, protocolName, leaderId, members };
}

const refusing: Peer = { trusted: false, answer: () => Promise.reject(new Error("not started yet")) };
