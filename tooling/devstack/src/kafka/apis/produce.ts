import { errorCode, type ErrorName, KafkaError } from "../errors.ts";
import { readRecordBatch, zstd } from "../log/record-batch.ts";
import type { RequestOf, ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer, type Outcome, type RequestContext } from "./api.ts";
import { eachPartition, everyPartition, noError } from "./partitions.ts";

type PartitionRequest = RequestOf<"Produce">["topics"][number]["partitions"][number];
type PartitionResponse = ResponseOf<"Produce">["topics"][number]["partitions"][number];

/** From this version on, a producer that sends zstd can be sure that consumers are told when they cannot read it. */
const firstVersionWithZstd = 7;

export const produce: Api<"Produce"> = {
  handle(request, context) {
    const topics = eachPartition(
      request.topics,
      (topic, partition) => append(topic, partition, request.acks, context),
      failPartition,
    );
    return outcome(request, { topics });
  },
  fail: (request, error) =>
    outcome(request, { topics: everyPartition(request.topics, (partition) => failPartition(partition, error)) }),
};

function append(
  topic: string,
  { index, records }: PartitionRequest,
  acks: number,
  { broker, nodeId, version }: RequestContext,
): PartitionResponse {
  const log = broker.topics.partition(topic, index);
  if (![-1, 0, 1].includes(acks)) throw new KafkaError("INVALID_REQUIRED_ACKS");
  const { leaderEpoch } = broker.cluster.requireLeader(nodeId, topic, index);
  const batch = readRecordBatch(records, { maxBytes: broker.settings.maxMessageBytes });
  if (batch.compression === zstd && version < firstVersionWithZstd)
    throw new KafkaError("UNSUPPORTED_COMPRESSION_TYPE");
  if (batch.transactional) throw new KafkaError("INVALID_TXN_STATE", "this broker has no transactions");
  const { baseOffset } = log.append(batch, leaderEpoch);
  return { index, errorCode: noError, baseOffset, logStartOffset: log.startOffset };
}

function failPartition({ index }: PartitionRequest, error: ErrorName): PartitionResponse {
  return { index, errorCode: errorCode(error), baseOffset: -1n };
}

/** Who wants no acknowledgement learns of an error by the end of its connection, as there is no other way. */
function outcome(
  request: RequestOf<"Produce">,
  body: ResponseOf<"Produce">,
): Outcome<ResponseOf<"Produce">> {
  if (request.acks !== 0) return answer(body);
  const failed = body.topics.some(({ partitions }) => partitions.some((partition) => partition.errorCode !== noError));
  return { kind: failed ? "close" : "no-answer" };
}
