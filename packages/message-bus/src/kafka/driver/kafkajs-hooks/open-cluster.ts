import type * as Kafkajs from "kafkajs";
import type { KafkajsCluster } from "./kafkajs-cluster.ts";
import { checkKafkajs, clusterMethods } from "./kafkajs-version.ts";

/** How a cluster learns of topics. */
export interface ClusterOptions {
  /** How long metadata is used before it is asked for again. */
  readonly metadataMaxAgeMs: number;
  /** Whether brokers may create a topic that is asked for. */
  readonly topicCreation: "allow" | "never";
  /** Whether the end of a log is that of committed transactions. Default `"committed"`. */
  readonly isolation?: "committed" | "uncommitted" | undefined;
}

/**
 * Opens a cluster of kafkajs: connections, metadata and requests. kafkajs gives one to the assigners of a
 * consumer, so a consumer is made for it. That consumer is never run: its loop waits for the slowest of all
 * partitions between two fetches, sends no heartbeat meanwhile, repeats a commit under whatever generation
 * has come since, and sleeps while partitions are paused.
 */
export function openCluster(
  kafka: Kafkajs.Kafka,
  { metadataMaxAgeMs, topicCreation, isolation = "committed" }: ClusterOptions,
): KafkajsCluster {
  let cluster: unknown;
  kafka.consumer({
    groupId: "never-joined",
    metadataMaxAge: metadataMaxAgeMs,
    allowAutoTopicCreation: topicCreation === "allow",
    readUncommitted: isolation === "uncommitted",
    partitionAssigners: [
      (config) => {
        cluster = config.cluster;
        return neverAsked;
      },
    ],
  });
  return checkKafkajs<KafkajsCluster>("cluster", cluster, clusterMethods);
}

const neverAsked: Kafkajs.Assigner = {
  name: "unused",
  version: 0,
  assign: () => Promise.resolve([]),
  protocol: () => ({ name: "unused", metadata: Buffer.alloc(0) }),
};
