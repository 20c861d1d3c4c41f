import { protocolErrorsCodesById } from "@platformatic/kafka";

/** The error codes of the protocol that this broker answers with, or that a test can have it answer with. */
export const errorNames = [
  "UNKNOWN_SERVER_ERROR",
  "NONE",
  "OFFSET_OUT_OF_RANGE",
  "CORRUPT_MESSAGE",
  "UNKNOWN_TOPIC_OR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_OR_FOLLOWER",
  "REQUEST_TIMED_OUT",
  "REPLICA_NOT_AVAILABLE",
  "MESSAGE_TOO_LARGE",
  "OFFSET_METADATA_TOO_LARGE",
  "NETWORK_EXCEPTION",
  "COORDINATOR_LOAD_IN_PROGRESS",
  "COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR",
  "INVALID_TOPIC_EXCEPTION",
  "RECORD_LIST_TOO_LARGE",
  "NOT_ENOUGH_REPLICAS",
  "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
  "INVALID_REQUIRED_ACKS",
  "ILLEGAL_GENERATION",
  "INCONSISTENT_GROUP_PROTOCOL",
  "INVALID_GROUP_ID",
  "UNKNOWN_MEMBER_ID",
  "INVALID_SESSION_TIMEOUT",
  "REBALANCE_IN_PROGRESS",
  "TOPIC_AUTHORIZATION_FAILED",
  "GROUP_AUTHORIZATION_FAILED",
  "CLUSTER_AUTHORIZATION_FAILED",
  "UNSUPPORTED_SASL_MECHANISM",
  "ILLEGAL_SASL_STATE",
  "UNSUPPORTED_VERSION",
  "TOPIC_ALREADY_EXISTS",
  "INVALID_PARTITIONS",
  "INVALID_REPLICATION_FACTOR",
  "INVALID_REPLICA_ASSIGNMENT",
  "INVALID_CONFIG",
  "NOT_CONTROLLER",
  "INVALID_REQUEST",
  "UNSUPPORTED_FOR_MESSAGE_FORMAT",
  "POLICY_VIOLATION",
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "DUPLICATE_SEQUENCE_NUMBER",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_TXN_STATE",
  "KAFKA_STORAGE_ERROR",
  "SASL_AUTHENTICATION_FAILED",
  "UNKNOWN_PRODUCER_ID",
  "FETCH_SESSION_ID_NOT_FOUND",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "UNSUPPORTED_COMPRESSION_TYPE",
  "OFFSET_NOT_AVAILABLE",
  "MEMBER_ID_REQUIRED",
  "FENCED_INSTANCE_ID",
  "INVALID_RECORD",
  "THROTTLING_QUOTA_EXCEEDED",
] as const;

/** The name of an error code, as in Apache Kafka's protocol guide. */
export type ErrorName = (typeof errorNames)[number];

const codesByName = new Map(
  Object.entries(protocolErrorsCodesById).map(([code, name]) => [name, Number(code)]),
);

/** The number that stands for `name` on the wire. */
export function errorCode(name: ErrorName): number {
  const code = codesByName.get(name);
  if (code === undefined) throw new TypeError(`there is no error code named ${name}`);
  return code;
}

/** The name of an error code seen on the wire. */
export function errorName(code: number): string {
  return protocolErrorsCodesById[code] ?? `code ${code}`;
}

/** A request, or one partition of it, cannot be served; the client is told so with this error code. */
export class KafkaError extends Error {
  override readonly name = "KafkaError";
  readonly error: ErrorName;

  constructor(error: ErrorName, message: string = error) {
    super(message);
    this.error = error;
  }
}

/** The bytes of a frame are not what the protocol says: its connection is closed, as brokers do. */
export class MalformedFrameError extends Error {
  override readonly name = "MalformedFrameError";
}
