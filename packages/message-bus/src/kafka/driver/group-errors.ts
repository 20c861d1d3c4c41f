import { ConfigError, type WirekitError } from "@wirekit/core";

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
  KafkaJSNotImplemented: "fatal",
  KafkaJSServerDoesNotSupportApiKey: "fatal",
  KafkaJSGroupCoordinatorNotFound: "find-coordinator",
  KafkaJSTopicMetadataNotLoaded: "refresh-metadata",
  KafkaJSBrokerNotFound: "refresh-metadata",
};

/**
 * What to do about an error; the causes behind it count as well, because kafkajs wraps what it has given up
 * trying.
 */
export function reactionTo(thrown: unknown): Reaction {
  for (let error = thrown; isObject(error); error = error.cause) {
    const reaction = byType[String(error.type)] ?? byName[String(error.name)];
    if (reaction !== undefined) return reaction;
  }
  return "retry";
}

/**
 * Whether trying again is of no use. Of what the broker has answered, the table says so; of a connection (a
 * login that was refused, a certificate that is not trusted, a package that is missing), the error that was
 * made of it.
 */
export function isFinal(thrown: unknown, error: WirekitError): boolean {
  const reaction = reactionTo(thrown);
  if (reaction === "fatal") return true;
  return reaction === "retry" && !error.retryable && !isAnswer(thrown);
}

/** How often in a row something is refused before a member believes that it is refused for good. */
export const triesBeforeFinal = 5;

/** Counts refusals in a row: what is refused once, while a login or a right is renewed, ends nothing. */
export class Refusals {
  #inRow = 0;

  /** Whether to give up, after this failure. What is missing in this very process is never there later. */
  isEnough(thrown: unknown, error: WirekitError): boolean {
    if (!isFinal(thrown, error)) return false;
    this.#inRow += 1;
    return isLocal(error) || this.#inRow >= triesBeforeFinal;
  }

  /** Something of the kind has succeeded. */
  reset(): void {
    this.#inRow = 0;
  }
}

function isLocal(error: WirekitError): boolean {
  return error instanceof ConfigError || localCodes.has(error.code);
}

const localCodes: ReadonlySet<string> = new Set(["message-bus/codec-missing", "message-bus/kafkajs-version"]);

/** Whether the broker has said this, and not what lies between it and us. */
export function isAnswer(thrown: unknown): boolean {
  for (let error = thrown; isObject(error); error = error.cause) {
    if (typeof error.type === "string") return true;
  }
  return false;
}

/** The address of the broker that could not be reached, or has not answered, where the error names it. */
export function addressOf(thrown: unknown): { readonly host: string; readonly port: number } | undefined {
  for (let error = thrown; isObject(error); error = error.cause) {
    const { broker } = error;
    const match = typeof broker === "string" ? /^(.+):(\d+)$/.exec(broker) : null;
    if (match?.[1] !== undefined) return { host: match[1], port: Number(match[2]) };
  }
  return undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
