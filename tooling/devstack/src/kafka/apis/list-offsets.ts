import { type ErrorName, errorCode } from "../errors.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import type { RequestOf, ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer } from "./api.ts";
import { eachPartition, everyPartition, noError } from "./partitions.ts";

type PartitionRequest = RequestOf<"ListOffsets">["topics"][number]["partitions"][number];
type PartitionResponse = ResponseOf<"ListOffsets">["topics"][number]["partitions"][number];

const latest = -1n;
const earliest = -2n;

export const listOffsets: Api<"ListOffsets"> = {
  handle: (request, { broker, nodeId, version }) =>
    answer({
      topics: eachPartition(
        request.topics,
        (topic, partition) => {
          const log = broker.topics.partition(topic, partition.index);
          broker.cluster.requireLeader(nodeId, topic, partition.index);
          return version === 0 ? oldStyle(log, partition) : lookUp(log, partition);
        },
        failPartition,
      ),
    }),
  fail: (request, error) =>
    answer({ topics: everyPartition(request.topics, (partition) => failPartition(partition, error)) }),
};

function lookUp(log: PartitionLog, { index, timestamp }: PartitionRequest): PartitionResponse {
  const found = { index, errorCode: noError };
  if (timestamp === latest) return { ...found, offset: log.endOffset };
  if (timestamp === earliest) return { ...found, offset: log.startOffset };
  return { ...found, ...log.offsetFor(timestamp) };
}

/**
 * Version 0 lists where segments begin, the latest first. There is one segment here, and then the end of the
 * log.
 */
function oldStyle(
  log: PartitionLog,
  { index, timestamp, maxNumOffsets }: PartitionRequest,
): PartitionResponse {
  const ends = log.endOffset > log.startOffset ? [log.endOffset, log.startOffset] : [log.startOffset];
  const offsets = timestamp === latest ? ends : [log.startOffset];
  return { index, errorCode: noError, oldStyleOffsets: offsets.slice(0, maxNumOffsets) };
}

function failPartition({ index }: PartitionRequest, error: ErrorName): PartitionResponse {
  return { index, errorCode: errorCode(error) };
}
