/** What an error of kafkajs means for a member of a group. */
export type Reaction =
  /** The group rebalances: join again, after what is under way has come to an end. */
  | "rebalance"
  /** The group has gone on without this member, which keeps its id: join again. */
  | "generation-lost"
  /** The group does not know this member any more: join as a new one. */
  | "member-lost"
  /** Somebody else coordinates the group by now: ask who. */
  | "find-coordinator"
  /** Somebody else leads the partition by now: ask who. */
  | "refresh-metadata"
  /** The log does not hold this offset. */
  | "offset-out-of-range"
  /** Time mends it, perhaps. */
  | "retry"
  /** Time does not mend it. */
  | "fatal";

const byType: Readonly<Partial<Record<string, Reaction>>> = {
  REBALANCE_IN_PROGRESS: "rebalance",
  ILLEGAL_GENERATION: "generation-lost",
  UNKNOWN_MEMBER_ID: "member-lost",
  MEMBER_ID_REQUIRED: "member-lost",
  NOT_COORDINATOR_FOR_GROUP: "find-coordinator",
  GROUP_COORDINATOR_NOT_AVAILABLE: "find-coordinator",
  NOT_LEADER_FOR_PARTITION: "refresh-metadata",
  LEADER_NOT_AVAILABLE: "refresh-metadata",
  FENCED_LEADER_EPOCH: "refresh-metadata",
  UNKNOWN_LEADER_EPOCH: "refresh-metadata",
  UNKNOWN_TOPIC_OR_PARTITION: "refresh-metadata",
  REPLICA_NOT_AVAILABLE: "refresh-metadata",
  KAFKA_STORAGE_ERROR: "refresh-metadata",
  OFFSET_OUT_OF_RANGE: "offset-out-of-range",
  TOPIC_AUTHORIZATION_FAILED: "fatal",
  GROUP_AUTHORIZATION_FAILED: "fatal",
  CLUSTER_AUTHORIZATION_FAILED: "fatal",
  SASL_AUTHENTICATION_FAILED: "fatal",
  UNSUPPORTED_SASL_MECHANISM: "fatal",
  INVALID_GROUP_ID: "fatal",
  INVALID_SESSION_TIMEOUT: "fatal",
  INVALID_TOPIC_EXCEPTION: "fatal",
  INCONSISTENT_GROUP_PROTOCOL: "fatal",
  FENCED_INSTANCE_ID: "fatal",
  UNSUPPORTED_VERSION: "fatal",
  UNSUPPORTED_FOR_MESSAGE_FORMAT: "fatal",
};

const byName: Readonly<Partial<Record<string, Reaction>>> = {
  KafkaJSSASLAuthenticationError: "fatal",
  KafkaJSNotImplemented: "fatal",
  KafkaJSServerDoesNotSupportApiKey: "fatal",
  KafkaJSGroupCoordinatorNotFound: "find-coordinator",
  KafkaJSTopicMetadataNotLoaded: "refresh-metadata",
  KafkaJSBrokerNotFound: "refresh-metadata",
  // Mistakes in a program, which come again every time.
  TypeError: "fatal",
  ReferenceError: "fatal",
  SyntaxError: "fatal",
};

/** What to do about an error; the causes behind it count as well, because kafkajs wraps what it has given up trying. */
export function reactionTo(thrown: unknown): Reaction {
  for (let error = thrown; isObject(error); error = error.cause) {
    const reaction = byType[String(error.type)] ?? byName[String(error.name)];
    if (reaction !== undefined) return reaction;
  }
  return "retry";
}

/** The address of a broker whose connection has ended, where the error names it. */
export function addressOf(thrown: unknown): { readonly host: string; readonly port: number } | undefined {
  for (let error = thrown; isObject(error); error = error.cause) {
    const { host, port } = error;
    if (typeof host === "string" && typeof port === "number") return { host, port };
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
