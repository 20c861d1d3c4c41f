import { type Broker, createTopic } from "../broker.ts";
import { type ErrorName, errorCode, KafkaError } from "../errors.ts";
import type { RequestOf } from "../protocol/layouts.ts";
import { type Api, answer } from "./api.ts";
import { noError } from "./partitions.ts";

type WantedTopic = RequestOf<"CreateTopics">["topics"][number];

/** For the number of partitions or of replicas: whatever is the broker's default. */
const brokersChoice = -1;

/** As many as one request may ask for; a number that is a mistake would otherwise take all memory. */
const maxPartitionsPerRequest = 10_000;

export const createTopics: Api<"CreateTopics"> = {
  handle(request, { broker }) {
    const partitions = request.topics.reduce((sum, { partitionCount }) => sum + partitionCount, 0);
    if (partitions > maxPartitionsPerRequest) throw new KafkaError("POLICY_VIOLATION");
    const names = request.topics.map(({ name }) => name);
    const wanted = request.topics.filter(({ name }, index) => names.indexOf(name) === index);
    const topics = wanted.map((topic) => {
      try {
        if (names.lastIndexOf(topic.name) !== names.indexOf(topic.name))
          throw new KafkaError("INVALID_REQUEST", "the topic is named more than once");
        create(topic, request.validateOnly ? "validate" : "create", broker);
        return { name: topic.name, errorCode: noError, errorMessage: null };
      } catch (error) {
        if (error instanceof KafkaError) return failTopic(topic, error.error, error.message);
        throw error;
      }
    });
    return answer({ topics });
  },
  fail: (request, error) => answer({ topics: request.topics.map((topic) => failTopic(topic, error, null)) }),
};

function create(topic: WantedTopic, mode: "validate" | "create", broker: Broker): void {
  const replicas = new Map(topic.assignments.map(({ index, nodeIds }) => [index, nodeIds]));
  const partitionCount =
    replicas.size > 0 ? replicas.size : orDefault(topic.partitionCount, broker.settings.defaultPartitions);
  const replicationFactor = orDefault(topic.replicationFactor, 1);
  broker.topics.check(topic.name, partitionCount);
  if (replicas.size > 0) checkReplicas(topic, replicas, broker);
  else checkReplicationFactor(replicationFactor, broker);
  if (mode === "create") createTopic(broker, topic.name, partitionCount, { replicationFactor, replicas });
}

function checkReplicationFactor(factor: number, { cluster }: Broker): void {
  const nodes = cluster.nodes.length;
  if (factor < 1 || factor > nodes)
    throw new KafkaError("INVALID_REPLICATION_FACTOR", `the replication factor must be from 1 to ${nodes}`);
}

function checkReplicas(
  { partitionCount, replicationFactor }: WantedTopic,
  replicas: ReadonlyMap<number, readonly number[]>,
  { cluster }: Broker,
): void {
  if (partitionCount !== brokersChoice || replicationFactor !== brokersChoice)
    throw new KafkaError("INVALID_REQUEST", "partitions are either counted or placed by hand, not both");
  const known = cluster.nodes.map(({ id }) => id);
  for (let index = 0; index < replicas.size; index += 1) {
    const nodeIds = replicas.get(index) ?? [];
    const usable =
      nodeIds.length > 0 &&
      new Set(nodeIds).size === nodeIds.length &&
      nodeIds.every((id) => known.includes(id));
    if (!usable)
      throw new KafkaError(
        "INVALID_REPLICA_ASSIGNMENT",
        `partition ${index} is placed on no node, or on one that is not there`,
      );
  }
}

function orDefault(value: number, fallback: number): number {
  return value === brokersChoice ? fallback : value;
}

function failTopic({ name }: WantedTopic, error: ErrorName, errorMessage: string | null) {
  return { name, errorCode: errorCode(error), errorMessage };
}
