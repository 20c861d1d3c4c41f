import {
  array,
  between,
  bool,
  bytes,
  type Field,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  nullableBytes,
  nullableString,
  type Read,
  since,
  string,
  struct,
  type Written,
} from "./fields.ts";

/**
 * One API of the protocol: its key, the versions that this broker speaks, and how its messages stand on the
 * wire.
 */
export interface Layout<Request, RequestOut, Response, ResponseOut> {
  readonly key: number;
  /** The first and the last version. They are those of kafkajs 2.2.4; none of them is a "flexible" one. */
  readonly versions: readonly [first: number, last: number];
  readonly request: Field<Request, RequestOut>;
  readonly response: Field<Response, ResponseOut>;
}

function layout<Request, RequestOut, Response, ResponseOut>(
  key: number,
  versions: readonly [number, number],
  request: Field<Request, RequestOut>,
  response: Field<Response, ResponseOut>,
): Layout<Request, RequestOut, Response, ResponseOut> {
  return { key, versions, request, response };
}

/** Topics, each with its partitions: the shape that most messages have. */
function byTopic<In, Out>(partition: Field<In, Out>) {
  return array(struct({ name: string, partitions: array(partition) }));
}

const throttleTimeSince = (version: number) => since(version, int32, 0);

/**
 * Every message that this broker reads or writes. Field names follow Apache Kafka's own message definitions.
 */
export const layouts = {
  Produce: layout(
    0,
    [0, 7],
    struct({
      transactionalId: since(3, nullableString, null),
      acks: int16,
      timeoutMs: int32,
      topics: byTopic(struct({ index: int32, records: nullableBytes })),
    }),
    struct({
      topics: byTopic(
        struct({
          index: int32,
          errorCode: int16,
          baseOffset: int64,
          logAppendTimeMs: since(2, int64, -1n),
          logStartOffset: since(5, int64, -1n),
        }),
      ),
      throttleTimeMs: throttleTimeSince(1),
    }),
  ),
  Fetch: layout(
    1,
    [0, 11],
    struct({
      replicaId: int32,
      maxWaitMs: int32,
      minBytes: int32,
      maxBytes: since(3, int32, 0x7fffffff),
      isolationLevel: since(4, int8, 0),
      sessionId: since(7, int32, 0),
      sessionEpoch: since(7, int32, -1),
      topics: byTopic(
        struct({
          index: int32,
          currentLeaderEpoch: since(9, int32, -1),
          fetchOffset: int64,
          logStartOffset: since(5, int64, -1n),
          maxBytes: int32,
        }),
      ),
      forgottenTopics: since(7, byTopic(int32), []),
      rackId: since(11, string, ""),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(1),
      errorCode: since(7, int16, 0),
      sessionId: since(7, int32, 0),
      topics: byTopic(
        struct({
          index: int32,
          errorCode: int16,
          highWatermark: int64,
          lastStableOffset: since(4, int64, -1n),
          logStartOffset: since(5, int64, -1n),
          abortedTransactions: since(
            4,
            nullableArray(struct({ producerId: int64, firstOffset: int64 })),
            null,
          ),
          preferredReadReplica: since(11, int32, -1),
          records: nullableBytes,
        }),
      ),
    }),
  ),
  ListOffsets: layout(
    2,
    [0, 3],
    struct({
      replicaId: int32,
      isolationLevel: since(2, int8, 0),
      topics: byTopic(struct({ index: int32, timestamp: int64, maxNumOffsets: between(0, 0, int32, 1) })),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(2),
      topics: byTopic(
        struct({
          index: int32,
          errorCode: int16,
          oldStyleOffsets: between(0, 0, array(int64), []),
          timestamp: since(1, int64, -1n),
          offset: since(1, int64, -1n),
        }),
      ),
    }),
  ),
  Metadata: layout(
    3,
    [0, 6],
    struct({ topics: nullableArray(string), allowAutoTopicCreation: since(4, bool, true) }),
    struct({
      throttleTimeMs: throttleTimeSince(3),
      brokers: array(
        struct({ nodeId: int32, host: string, port: int32, rack: since(1, nullableString, null) }),
      ),
      clusterId: since(2, nullableString, null),
      controllerId: since(1, int32, -1),
      topics: array(
        struct({
          errorCode: int16,
          name: string,
          isInternal: since(1, bool, false),
          partitions: array(
            struct({
              errorCode: int16,
              index: int32,
              leaderId: int32,
              replicaNodes: array(int32),
              isrNodes: array(int32),
              offlineReplicas: since(5, array(int32), []),
            }),
          ),
        }),
      ),
    }),
  ),
  OffsetCommit: layout(
    8,
    [0, 5],
    struct({
      groupId: string,
      generationId: since(1, int32, -1),
      memberId: since(1, string, ""),
      retentionTimeMs: between(2, 4, int64, -1n),
      topics: byTopic(
        struct({
          index: int32,
          offset: int64,
          commitTimestamp: between(1, 1, int64, -1n),
          metadata: nullableString,
        }),
      ),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(3),
      topics: byTopic(struct({ index: int32, errorCode: int16 })),
    }),
  ),
  OffsetFetch: layout(
    9,
    [1, 4],
    struct({
      groupId: string,
      topics: nullableArray(struct({ name: string, partitions: array(int32) })),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(3),
      topics: byTopic(struct({ index: int32, offset: int64, metadata: nullableString, errorCode: int16 })),
      errorCode: since(2, int16, 0),
    }),
  ),
  FindCoordinator: layout(
    10,
    [0, 2],
    struct({ key: string, keyType: since(1, int8, 0) }),
    struct({
      throttleTimeMs: throttleTimeSince(1),
      errorCode: int16,
      errorMessage: since(1, nullableString, null),
      nodeId: int32,
      host: string,
      port: int32,
    }),
  ),
  JoinGroup: layout(
    11,
    [0, 5],
    struct({
      groupId: string,
      sessionTimeoutMs: int32,
      rebalanceTimeoutMs: since(1, int32, -1),
      memberId: string,
      groupInstanceId: since(5, nullableString, null),
      protocolType: string,
      protocols: array(struct({ name: string, metadata: bytes })),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(2),
      errorCode: int16,
      generationId: int32,
      protocolName: string,
      leader: string,
      memberId: string,
      members: array(
        struct({ memberId: string, groupInstanceId: since(5, nullableString, null), metadata: bytes }),
      ),
    }),
  ),
  Heartbeat: layout(
    12,
    [0, 3],
    struct({
      groupId: string,
      generationId: int32,
      memberId: string,
      groupInstanceId: since(3, nullableString, null),
    }),
    struct({ throttleTimeMs: throttleTimeSince(1), errorCode: int16 }),
  ),
  LeaveGroup: layout(
    13,
    [0, 3],
    struct({
      groupId: string,
      memberId: between(0, 2, string, ""),
      members: since(3, array(struct({ memberId: string, groupInstanceId: nullableString })), []),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(1),
      errorCode: int16,
      members: since(
        3,
        array(struct({ memberId: string, groupInstanceId: nullableString, errorCode: int16 })),
        [],
      ),
    }),
  ),
  SyncGroup: layout(
    14,
    [0, 3],
    struct({
      groupId: string,
      generationId: int32,
      memberId: string,
      groupInstanceId: since(3, nullableString, null),
      assignments: array(struct({ memberId: string, assignment: bytes })),
    }),
    struct({ throttleTimeMs: throttleTimeSince(1), errorCode: int16, assignment: bytes }),
  ),
  SaslHandshake: layout(
    17,
    [0, 1],
    struct({ mechanism: string }),
    struct({ errorCode: int16, mechanisms: array(string) }),
  ),
  ApiVersions: layout(
    18,
    [0, 2],
    struct({}),
    struct({
      errorCode: int16,
      apiKeys: array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 })),
      throttleTimeMs: throttleTimeSince(1),
    }),
  ),
  CreateTopics: layout(
    19,
    [0, 3],
    struct({
      topics: array(
        struct({
          name: string,
          partitionCount: int32,
          replicationFactor: int16,
          assignments: array(struct({ index: int32, nodeIds: array(int32) })),
          configs: array(struct({ name: string, value: nullableString })),
        }),
      ),
      timeoutMs: int32,
      validateOnly: since(1, bool, false),
    }),
    struct({
      throttleTimeMs: throttleTimeSince(2),
      topics: array(struct({ name: string, errorCode: int16, errorMessage: since(1, nullableString, null) })),
    }),
  ),
  DeleteTopics: layout(
    20,
    [0, 1],
    struct({ topicNames: array(string), timeoutMs: int32 }),
    struct({
      throttleTimeMs: throttleTimeSince(1),
      topics: array(struct({ name: string, errorCode: int16 })),
    }),
  ),
  InitProducerId: layout(
    22,
    [0, 1],
    struct({ transactionalId: nullableString, transactionTimeoutMs: int32 }),
    struct({
      throttleTimeMs: int32,
      errorCode: int16,
      producerId: int64,
      producerEpoch: int16,
    }),
  ),
  SaslAuthenticate: layout(
    36,
    [0, 1],
    struct({ authBytes: bytes }),
    struct({
      errorCode: int16,
      errorMessage: nullableString,
      authBytes: bytes,
      sessionLifetimeMs: since(1, int64, 0n),
    }),
  ),
} as const;

/** The name of an API. */
export type ApiName = keyof typeof layouts;
/** A request as this broker reads it. */
export type RequestOf<Name extends ApiName> = Read<(typeof layouts)[Name]["request"]>;
/** A response as this broker writes it: what every version has, and what some have. */
export type ResponseOf<Name extends ApiName> = Written<(typeof layouts)[Name]["response"]>;
