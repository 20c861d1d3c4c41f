import { FaultScript } from "../faults/fault-script.ts";
import { type Broker, createTopic, deleteTopic } from "./broker.ts";
import { Cluster } from "./cluster.ts";
import { selfSignedCertificate } from "./connections/certificate.ts";
import { dispatcher } from "./dispatch.ts";
import { type KafkaFaultScript, kafkaVocabulary } from "./faults.ts";
import { Groups } from "./groups/groups.ts";
import type { GroupSnapshot, Kafka, KafkaActions } from "./kafka.ts";
import { Retention } from "./log/retention.ts";
import { Topics } from "./log/topics.ts";
import { Nodes } from "./nodes.ts";
import { type KafkaOptions, resolveOptions } from "./options.ts";
import { RequestCounters } from "./request-counters.ts";

/**
 * Starts a broker that speaks the Kafka protocol, in this process and in memory. It is for tests and demos:
 * it forgets everything when it is closed.
 *
 * @throws TypeError or RangeError that names the option at fault; PortError when a port is taken.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<Kafka> {
  const settings = resolveOptions(options);
  const secured = settings.securityProtocol === "SSL" || settings.securityProtocol === "SASL_SSL";
  const certificate = secured ? await selfSignedCertificate() : undefined;
  const nodes = new Nodes();
  await nodes.open({ host: settings.host, ports: settings.ports, certificate });

  const broker = assemble(settings, nodes);
  const { cluster, topics, groups } = broker;
  const script: KafkaFaultScript = new FaultScript(kafkaVocabulary(settings.nodes));
  const counters = new RequestCounters();
  nodes.serve((nodeId, closed) => {
    counters.countConnection();
    return dispatcher({ broker, nodeId, script, counters }, closed);
  });
  let closing: Promise<void> | undefined;

  const addresses = cluster.nodes.map(({ host, port }) => `${host}:${port}`);
  return {
    addresses,
    bootstrapServers: addresses.join(","),
    certificate: certificate?.certificate,
    faults: script.faults,
    ...actionsOn(broker, nodes),
    get counts() {
      return counters.counts;
    },
    resetCounts: () => counters.reset(),
    get log() {
      const { bytes, forgottenBytes } = topics.retention;
      return { bytes, forgottenBytes };
    },
    get openConnections() {
      return nodes.connections().length;
    },
    createTopic: (name, partitions = settings.defaultPartitions) => createTopic(broker, name, partitions),
    deleteTopic: (name) => deleteTopic(broker, name),
    group: (groupId) => snapshot(groups, groupId),
    coordinatorOf: (groupId) => cluster.coordinator(groupId).id,
    leaderOf: ({ topic, partition }) => {
      topics.partition(topic, partition);
      return cluster.leadership(topic, partition).leaderId;
    },
    close: () => {
      closing ??= nodes.close().then(() => {
        groups.close();
        script.close();
      });
      return closing;
    },
  };
}

function assemble(settings: Broker["settings"], nodes: Nodes): Broker {
  const { clock, initialRebalanceDelayMs, advertisedHost } = settings;
  let producerIds = 0n;
  const broker: Broker = {
    settings,
    clock,
    cluster: new Cluster(nodes.ports.map((port, index) => ({ id: index + 1, host: advertisedHost, port }))),
    topics: new Topics(new Retention(settings.maxLogBytes, "maxLogBytes")),
    groups: new Groups({ clock, initialRebalanceDelayMs }),
    nextProducerId: () => producerIds++,
  };
  for (const [name, partitions] of Object.entries(settings.topics)) createTopic(broker, name, partitions);
  return broker;
}

function actionsOn({ cluster, topics, groups }: Broker, nodes: Nodes): KafkaActions {
  return {
    moveLeader: ({ topic, partition, toNode }) => {
      cluster.moveLeader(topic, partition, toNode);
      topics.partition(topic, partition).wake();
    },
    moveCoordinator: ({ groupId, toNode }) => {
      cluster.moveCoordinator(groupId, toNode);
      groups.move(groupId);
    },
    rebalance: (groupId) => groups.find(groupId)?.rebalance(),
    expireMember: ({ groupId, memberId }) => groups.leave(groupId, { memberId, groupInstanceId: null }),
    deleteRecords: ({ topic, partition, before }) => topics.partition(topic, partition).deleteBefore(before),
    compact: ({ topic, partition, before }) => topics.partition(topic, partition).compactBefore(before),
    dropConnections: (scope) => nodes.drop(scope),
    goOffline: (scope) => nodes.goOffline(scope),
    comeOnline: (scope) => nodes.comeOnline(scope),
  };
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
