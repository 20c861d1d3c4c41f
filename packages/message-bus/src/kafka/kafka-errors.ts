import { RejectedError, WirekitError } from "@wirekit/core";

/**
 * Every code that an error of the Kafka bus can carry, besides those of core and those that all buses share.
 */
export type KafkaErrorCode =
  | "message-bus/login-refused"
  | "message-bus/topic-missing"
  | "message-bus/kafka-refused"
  | "message-bus/key-stopped"
  | "message-bus/partition-stopped"
  | "message-bus/no-generation"
  | "message-bus/no-answer"
  | "message-bus/codec-missing"
  | "message-bus/unreadable-batch"
  | "message-bus/unknown-assignor"
  | "message-bus/kafkajs-version";

/**
 * The broker refused the login. Trying again changes nothing; the error names the mechanism, and neither user
 * nor password.
 */
export class LoginRefusedError extends RejectedError<"message-bus/login-refused"> {
  static override readonly mark: string = "@wirekit/message-bus/LoginRefusedError";

  readonly mechanism: string;

  constructor(mechanism: string, options: { readonly reason: "refused" | "not-offered" | "not-expected" }) {
    super(`The broker refused the login by ${mechanism}: ${whyRefused[options.reason]}`, {
      code: "message-bus/login-refused",
      details: { mechanism, reason: options.reason },
    });
    this.mechanism = mechanism;
  }
}

const whyRefused = {
  refused: "user name or password are not what it knows",
  "not-offered": "it does not offer this mechanism",
  "not-expected":
    'it expects no login. Set securityProtocol to "PLAINTEXT" or "SSL" (the default is SASL_SSL), or use the port for logins',
};

/** The broker has no such topic, and makes none when it is asked for one. */
export class TopicMissingError extends RejectedError<"message-bus/topic-missing"> {
  static override readonly mark: string = "@wirekit/message-bus/TopicMissingError";

  constructor(topic: string, options: { readonly cause?: unknown } = {}) {
    super(`The broker has no topic ${JSON.stringify(topic)}, and has not made it`, {
      code: "message-bus/topic-missing",
      details: { topic },
      cause: options.cause,
    });
  }
}

/** The broker answered with an error of the protocol. */
export class KafkaRefusedError extends RejectedError<"message-bus/kafka-refused"> {
  static override readonly mark: string = "@wirekit/message-bus/KafkaRefusedError";

  /** The protocol's own name for it: `TOPIC_AUTHORIZATION_FAILED`. */
  readonly kafkaError: string;

  constructor(
    what: string,
    options: { readonly kafkaError: string; readonly retryable: boolean; readonly cause?: unknown },
  ) {
    const { kafkaError, retryable, cause } = options;
    super(`${what}: the broker answered ${kafkaError}`, {
      code: "message-bus/kafka-refused",
      retryable,
      details: { kafkaError },
      cause,
    });
    this.kafkaError = kafkaError;
  }
}

const packages: Readonly<Record<string, string>> = {
  Snappy: "kafkajs-snappy",
  LZ4: "kafkajs-lz4",
  ZSTD: "@kafkajs/zstd",
};

/** Records are compressed in a way that kafkajs has no codec for. Trying again changes nothing. */
export class CodecMissingError extends WirekitError<"message-bus/codec-missing"> {
  static override readonly mark: string = "@wirekit/message-bus/CodecMissingError";

  /** As in `CompressionTypes` of kafkajs: `"Snappy"`, `"LZ4"`, `"ZSTD"`. */
  readonly codec: string;

  /** @param what was being done, as the subject of a sentence. */
  constructor(what: string, options: { readonly codec: string; readonly cause?: unknown }) {
    const { codec, cause } = options;
    const install = packages[codec] === undefined ? "Install one" : `Install one (${packages[codec]})`;
    super(
      `${what}: the records are compressed by ${codec}, and kafkajs has no codec for it. ${install} and set CompressionCodecs[CompressionTypes.${codec}] of kafkajs before the bus is used`,
      { code: "message-bus/codec-missing", details: { codec }, cause },
    );
    this.codec = codec;
  }
}
