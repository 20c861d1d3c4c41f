import { createTopic } from "../broker.ts";
import { type ErrorName, errorCode, KafkaError } from "../errors.ts";
import { checkTopicName } from "../log/topics.ts";
import type { RequestOf, ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer, type RequestContext } from "./api.ts";
import { noError } from "./partitions.ts";

type TopicResponse = ResponseOf<"Metadata">["topics"][number];

export const metadata: Api<"Metadata"> = {
  handle: (request, context) =>
    answer(
      response(
        context,
        wantedTopics(request, context).map((name) => describe(name, request, context)),
      ),
    ),
  fail: (request, error, context) =>
    answer(
      response(
        context,
        wantedTopics(request, context).map((name) => failTopic(name, error)),
      ),
    ),
};

/** No list means all topics; in the first version, so does an empty one. */
function wantedTopics(
  { topics }: RequestOf<"Metadata">,
  { broker, version }: RequestContext,
): readonly string[] {
  return topics === null || (version === 0 && topics.length === 0)
    ? broker.topics.names()
    : [...new Set(topics)];
}

function describe(name: string, request: RequestOf<"Metadata">, { broker }: RequestContext): TopicResponse {
  if (!broker.topics.has(name)) return failTopic(name, missing(name, request, broker));
  const partitions = broker.topics.partitions(name).map((_, index) => {
    const { leaderId, replicas } = broker.cluster.leadership(name, index);
    return { errorCode: noError, index, leaderId, replicaNodes: replicas, isrNodes: replicas };
  });
  return { errorCode: noError, name, partitions };
}

/** A topic that is made because it was asked for is there for the next question, not for this one. */
function missing(name: string, request: RequestOf<"Metadata">, broker: RequestContext["broker"]): ErrorName {
  try {
    checkTopicName(name);
    if (broker.settings.autoCreateTopics && request.allowAutoTopicCreation)
      createTopic(broker, name, broker.settings.defaultPartitions);
    return "UNKNOWN_TOPIC_OR_PARTITION";
  } catch (error) {
    if (error instanceof KafkaError) return error.error;
    throw error;
  }
}

function failTopic(name: string, error: ErrorName): TopicResponse {
  return { errorCode: errorCode(error), name, partitions: [] };
}

function response({ broker }: RequestContext, topics: readonly TopicResponse[]): ResponseOf<"Metadata"> {
  const brokers = broker.cluster.nodes.map(({ id, host, port }) => ({ nodeId: id, host, port }));
  return { brokers, clusterId: "wirekit-devstack", controllerId: brokers[0]?.nodeId ?? -1, topics };
}
