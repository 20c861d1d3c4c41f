import type * as Kafkajs from "kafkajs";
import type { KafkajsCluster, MemberClient } from "./kafkajs-cluster.ts";
import { checkKafkajs, clusterMethods } from "./kafkajs-version.ts";

/**
 * The cluster of a consumer of kafkajs, which hands it to its assigners. The consumer itself is never run: its loop waits for the slowest of all
 * partitions between two fetches, sends no heartbeat meanwhile, tries a commit again under whatever generation has come since, and sleeps while
 * partitions are paused. The requests below it are sound, and its versions have not changed since 2023.
 */
export function openCluster(
  { kafka }: MemberClient,
  options: {
    readonly groupId: string;
    readonly metadataMaxAgeMs: number;
    readonly topicCreation: "allow" | "never";
  },
): KafkajsCluster {
  let cluster: unknown;
  kafka.consumer({
    groupId: options.groupId,
    metadataMaxAge: options.metadataMaxAgeMs,
    allowAutoTopicCreation: options.topicCreation === "allow",
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
