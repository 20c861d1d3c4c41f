import { WirekitError } from "@wirekit/core";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";

/** The versions of kafkajs that this folder was written for and is tested with. */
export const knownVersions: readonly string[] = ["2.2.4"];

/** All that is used of a cluster; the compiler makes sure that none is forgotten. */
export const clusterMethods = namesOf<KafkajsCluster>({
  connect: 1,
  disconnect: 1,
  addMultipleTargetTopics: 1,
  refreshMetadata: 1,
  refreshMetadataIfNecessary: 1,
  removeBroker: 1,
  getNodeIds: 1,
  findBroker: 1,
  findTopicPartitionMetadata: 1,
  fetchTopicsOffset: 1,
});

/** All that is used of a broker. */
export const brokerMethods = namesOf<KafkajsBroker>({
  findGroupCoordinator: 1,
  joinGroup: 1,
  syncGroup: 1,
  heartbeat: 1,
  leaveGroup: 1,
  offsetCommit: 1,
  offsetFetch: 1,
  fetch: 1,
  initProducerId: 1,
  produce: 1,
  lookupRequest: 1,
});

/**
 * Makes sure that a part of kafkajs which is none of its public interface is what it was when this was
 * written.
 *
 * @throws WirekitError naming the version that is expected and what is missing.
 */
export function checkKafkajs<Part>(
  what: "cluster" | "broker",
  part: unknown,
  methods: readonly string[],
): Part {
  const isObject = typeof part === "object" && part !== null;
  const missing = methods.filter((name) => !isObject || typeof Reflect.get(part, name) !== "function");
  if (missing.length === 0) return part as Part;
  throw new WirekitError(
    `This version of kafkajs cannot be used: its ${what} has no ${missing.join(", ")}. Install kafkajs ${knownVersions.join(" or ")}`,
    { code: "message-bus/kafkajs-version", details: { missing } },
  );
}

function namesOf<Part>(names: { readonly [Name in keyof Part]-?: 1 }): readonly string[] {
  return Object.keys(names);
}
