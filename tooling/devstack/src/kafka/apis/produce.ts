import { type ErrorName, errorCode, KafkaError } from "../errors.ts";
import { onlyBatch, readRecordBatch, zstd } from "../log/record-batch.ts";
import type { RequestOf, ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer, type Outcome, type RequestContext } from "./api.ts";
import { eachPartition, everyPartition, noError } from "./partitions.ts";

type PartitionRequest = RequestOf<"Produce">["topics"][number]["partitions"][number];
type PartitionResponse = ResponseOf<"Produce">["topics"][number]["partitions"][number];

/**
 * From this version on, a producer that sends zstd can be sure that consumers are told when they cannot read
 * it.
 */
const firstVersionWithZstd = 7;

/** Where the log itself refuses a batch, the producer is also told where the log begins. */
const toldWithLogStart: readonly ErrorName[] = [
  "INVALID_RECORD",
  "INVALID_PRODUCER_EPOCH",
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
];

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
    outcome(request, {
      topics: everyPartition(request.topics, (partition) => failPartition(partition, error)),
    }),
};

function append(
  topic: string,
  { index, records }: PartitionRequest,
  acks: number,
  { broker, nodeId, version }: RequestContext,
): PartitionResponse {
  const log = broker.topics.partition(topic, index);
  const bytes = onlyBatch(records, version);
  if (![-1, 0, 1].includes(acks)) throw new KafkaError("INVALID_REQUIRED_ACKS");
  const { leaderEpoch } = broker.cluster.requireLeader(nodeId, topic, index);
  const logStartOffset = log.startOffset;
  try {
    const batch = readRecordBatch(bytes, { maxBytes: broker.settings.maxMessageBytes });
    if (batch.compression === zstd && version < firstVersionWithZstd)
      throw new KafkaError("UNSUPPORTED_COMPRESSION_TYPE");
    if (batch.transactional) throw new KafkaError("INVALID_TXN_STATE", "this broker has no transactions");
    const { baseOffset, duplicateOfTime: logAppendTimeMs } = log.append(batch, leaderEpoch);
    return { index, errorCode: noError, baseOffset, logAppendTimeMs, logStartOffset };
  } catch (error) {
    if (!(error instanceof KafkaError) || !toldWithLogStart.includes(error.error)) throw error;
    return { ...failPartition({ index, records }, error.error), logStartOffset };
  }
}

function failPartition({ index }: PartitionRequest, error: ErrorName): PartitionResponse {
  return { index, errorCode: errorCode(error), baseOffset: -1n };
}

/** Who wants no acknowledgement learns of an error by the end of its connection, as there is no other way. */
function outcome(request: RequestOf<"Produce">, body: ResponseOf<"Produce">): Outcome<ResponseOf<"Produce">> {
  if (request.acks !== 0) return answer(body);
  const failed = body.topics.some(({ partitions }) =>
    partitions.some((partition) => partition.errorCode !== noError),
  );
  return failed ? { kind: "close" } : { kind: "no-answer" };
}
