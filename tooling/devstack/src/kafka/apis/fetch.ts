import { type ErrorName, errorCode, KafkaError } from "../errors.ts";
import type { PartitionLog } from "../log/partition-log.ts";
import type { RequestOf, ResponseOf } from "../protocol/layouts.ts";
import { type Api, answer, type RequestContext } from "./api.ts";
import { eachPartition, everyPartition, noError } from "./partitions.ts";

type PartitionRequest = RequestOf<"Fetch">["topics"][number]["partitions"][number];
type PartitionResponse = ResponseOf<"Fetch">["topics"][number]["partitions"][number];

const readCommitted = 1;
/** Consumers of older versions can read only older message formats than the one that is stored. */
const firstVersionWithRecordBatches = 4;

export const fetch: Api<"Fetch"> = {
  async handle(request, context) {
    // Nobody is given a session here, so nobody can have one.
    if (request.sessionId !== 0 && request.sessionEpoch > 0)
      return answer({ errorCode: errorCode("FETCH_SESSION_ID_NOT_FOUND"), topics: [] });
    await untilEnough(request, context);
    return answer({ topics: readAll(request, context) });
  },
  fail: (request, error) =>
    answer({ topics: everyPartition(request.topics, (partition) => failPartition(partition, error)) }),
};

/** Resolves when there is as much to read as was asked for, something to report, or no time left. */
async function untilEnough(request: RequestOf<"Fetch">, context: RequestContext): Promise<void> {
  if (request.maxWaitMs <= 0 || isEnough(request, context)) return;
  const { broker, closed } = context;
  await new Promise<void>((resolve) => {
    const unwatch = watchedLogs(request, context).map((log) =>
      log.watch(() => {
        if (isEnough(request, context)) finish();
      }),
    );
    const cancelTimer = broker.clock.setTimer(finish, request.maxWaitMs);
    closed.addEventListener("abort", finish, { once: true });
    function finish(): void {
      for (const stop of unwatch) stop();
      cancelTimer();
      closed.removeEventListener("abort", finish);
      resolve();
    }
  });
}

function isEnough(request: RequestOf<"Fetch">, context: RequestContext): boolean {
  if (context.closed.aborted || request.topics.length === 0) return true;
  let bytes = 0;
  for (const { name, partitions } of request.topics) {
    for (const partition of partitions) {
      try {
        bytes += Math.min(
          open(name, partition, context).bytesFrom(partition.fetchOffset),
          partition.maxBytes,
        );
      } catch (error) {
        if (error instanceof KafkaError) return true;
        throw error;
      }
    }
  }
  return bytes >= request.minBytes;
}

function watchedLogs(request: RequestOf<"Fetch">, { broker }: RequestContext): readonly PartitionLog[] {
  return request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ index }) => broker.topics.partition(name, index)),
  );
}

/** The log of a partition, if this node leads it and the client does not think of another leader. */
function open(
  topic: string,
  { index, currentLeaderEpoch }: PartitionRequest,
  { broker, nodeId }: RequestContext,
): PartitionLog {
  const log = broker.topics.partition(topic, index);
  const { leaderEpoch } = broker.cluster.requireLeader(nodeId, topic, index);
  if (currentLeaderEpoch > leaderEpoch) throw new KafkaError("UNKNOWN_LEADER_EPOCH");
  if (currentLeaderEpoch >= 0 && currentLeaderEpoch < leaderEpoch)
    throw new KafkaError("FENCED_LEADER_EPOCH");
  return log;
}

function readAll(request: RequestOf<"Fetch">, context: RequestContext) {
  let left = request.maxBytes;
  // However small the limits are, the first partition that has anything gives one batch: or nobody would get
  // on.
  let first: "whole" | "within-limit" = "whole";
  return eachPartition(
    request.topics,
    (topic, partition): PartitionResponse => {
      const log = open(topic, partition, context);
      const chunks = log.read(partition.fetchOffset, Math.min(partition.maxBytes, left), first);
      const records = Buffer.concat(chunks);
      left = Math.max(0, left - records.length);
      if (records.length > 0) first = "within-limit";
      if (records.length > 0 && context.version < firstVersionWithRecordBatches)
        throw new KafkaError("UNSUPPORTED_VERSION");
      return {
        index: partition.index,
        errorCode: noError,
        highWatermark: log.endOffset,
        lastStableOffset: log.endOffset,
        logStartOffset: log.startOffset,
        abortedTransactions: request.isolationLevel === readCommitted ? [] : null,
        records,
      };
    },
    failPartition,
  );
}

function failPartition({ index }: PartitionRequest, error: ErrorName): PartitionResponse {
  return { index, errorCode: errorCode(error), highWatermark: -1n, records: Buffer.alloc(0) };
}
