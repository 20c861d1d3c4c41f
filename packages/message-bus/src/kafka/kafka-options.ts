import type { Clock, Logger, Random } from "@wirekit/core";
import {
  type EnvVariable,
  env,
  Faults,
  type OptionRule,
  type OptionsOf,
  option,
  readOptions,
} from "@wirekit/core/kit";
import { bootstrapServers } from "./bootstrap-servers.ts";
import type { KafkaDriver } from "./kafka-driver.ts";

/** How a connection is secured. */
export type SecurityProtocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
/** How one logs in. */
export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";

/** What TLS is done with. Texts are PEM. */
export interface KafkaTlsOptions {
  /** The authorities to be trusted. Default: those that Node.js trusts. */
  readonly ca?: string | readonly string[] | undefined;
  /** Our own certificate and its key, where the broker asks for one. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly passphrase?: string | undefined;
  /** The name that the broker's certificate is checked for. Default: its host name. */
  readonly serverName?: string | undefined;
}

/** How a bus reaches Kafka, and how it sends and receives. Durations are in milliseconds. */
export interface KafkaMessageBusOptions {
  /** `host:port`, several of them separated by commas, or a list. Default `localhost:9092`. */
  readonly bootstrapServers?: string | readonly string[] | undefined;
  /** Default `SASL_SSL`. */
  readonly securityProtocol?: SecurityProtocol | undefined;
  /** Default `PLAIN`. Of use with the two SASL protocols only, like user name and password. */
  readonly saslMechanism?: SaslMechanism | undefined;
  readonly userName?: string | undefined;
  readonly password?: string | undefined;
  /** For the two protocols with SSL. */
  readonly tls?: KafkaTlsOptions | undefined;
  /** The client id of the producer. Default `wirekit-producer`. */
  readonly producerId?: string | undefined;
  /** The client id of every consumer. Default `wirekit-consumer`. */
  readonly consumerId?: string | undefined;

  /**
   * How long a message waits for company. Default 0: what is sent in one turn of the event loop goes
   * together, and what is sent while a request is under way goes with the next one.
   */
  readonly lingerMs?: number | undefined;
  /** The most messages in one request, 1 to 8,192. Default 500. */
  readonly maxBatchMessages?: number | undefined;
  /**
   * The most bytes in one request, and so of one message: not above the topics' `max.message.bytes`. Default
   * 1,048,588, as that is. Counted as it stands on the wire, before compression.
   */
  readonly maxBatchBytes?: number | undefined;
  /** How many messages are held that are not acknowledged; further ones wait. Default 10,000. */
  readonly maxPendingMessages?: number | undefined;
  /** How many bytes are held that are not acknowledged; further ones wait. Default 64 MiB. */
  readonly maxPendingBytes?: number | undefined;
  /** Default `"none"`. */
  readonly compression?: "none" | "gzip" | undefined;
  /** The longest from a call to the answer of the broker, all tries included. Default 120,000. */
  readonly deliveryTimeoutMs?: number | undefined;
  /**
   * When one request has no answer for so long, it is made again (under the same sequence number). Default
   * 30,000.
   */
  readonly requestTimeoutMs?: number | undefined;
  /** Until a connection is open. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Whether to ask for topics that are not there, which a broker may then make. Default `"allow"`. */
  readonly topicCreation?: "allow" | "never" | undefined;
  /** For how long the partitions of a topic are believed to be what they were. Default 300,000. */
  readonly metadataMaxAgeMs?: number | undefined;

  /** Without a heartbeat for so long, the group gives a consumer's partitions to others. Default 30,000. */
  readonly sessionTimeoutMs?: number | undefined;
  /** How long a group waits for a consumer when it rebalances. Default 60,000. */
  readonly rebalanceTimeoutMs?: number | undefined;
  /** Default 3,000; at most a third of `sessionTimeoutMs`. */
  readonly heartbeatIntervalMs?: number | undefined;
  /** The longest that a fetch waits at the broker when there is nothing. Default 500. */
  readonly fetchMaxWaitMs?: number | undefined;
  /** The most bytes that are fetched at once from one partition. Default 1 MiB. */
  readonly fetchMaxBytesPerPartition?: number | undefined;
  /** The most bytes that are fetched at once. Default 10 MiB. */
  readonly fetchMaxBytes?: number | undefined;
  /**
   * In which order a consumer handles records without a key. Default `"none"`: as they come, many at once.
   * `"partition"`: one at a time in each partition.
   */
  readonly keylessOrder?: "partition" | "none" | undefined;
  /**
   * What `receiveMessage` gives next. Default `"key"`: of each key, the next message when the one before it
   * is acknowledged, and each is acknowledged by itself. `"log"`, as in the original: the next message of the
   * log, whatever is acknowledged, and an acknowledgement counts for all that was received before it in its
   * partition.
   */
  readonly receiveOrder?: "key" | "log" | undefined;
  /**
   * How many bytes of messages each consumer holds that are not finished, over all its partitions, at 256
   * bytes for each message besides its own; then it reads no more for a while. One batch of records may come
   * on top for each broker that is read from. Default 32 MiB.
   */
  readonly maxBufferedBytes?: number | undefined;
  /** How long what is finished may wait for its commit. Default 1,000. */
  readonly commitIntervalMs?: number | undefined;
  /** How long handlers may go on that run when the group rebalances. Default 5,000. */
  readonly rebalanceGraceMs?: number | undefined;
  /**
   * How the partitions of a group are shared out, by falling preference. Default `["range", "roundrobin"]`.
   */
  readonly assignors?: readonly ("range" | "roundrobin")[] | undefined;

  /** Where it tells what goes wrong. Default: warnings and errors, to the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Speaks to Kafka in place of kafkajs. It is closed with the bus. */
  readonly driver?: KafkaDriver | undefined;
}

const mebibyte = 1024 * 1024;
/** A record's place in its batch takes at most two bytes up to here, and sizes are counted by that. */
const mostMessagesInBatch = 8_192;
const int32 = { minimum: 1, maximum: 2_147_483_647 };

const rules = {
  bootstrapServers,
  securityProtocol: option.oneOf(["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"], { default: "SASL_SSL" }),
  saslMechanism: option.oneOf(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], { default: "PLAIN" }),
  userName: option.text(),
  password: option.text(),
  tls: option.optionalGroup({
    ca: option.custom<string | readonly string[]>(findAuthorityFault),
    cert: option.text(),
    key: option.text(),
    passphrase: option.text(),
    serverName: option.text(),
  }),
  producerId: option.text({ default: "wirekit-producer" }),
  consumerId: option.text({ default: "wirekit-consumer" }),
  lingerMs: option.durationMs({ minimum: 0, default: 0 }),
  maxBatchMessages: option.whole({ minimum: 1, maximum: mostMessagesInBatch, default: 500 }),
  maxBatchBytes: option.whole({ minimum: 256, maximum: 100 * mebibyte, default: 1_048_588 }),
  maxPendingMessages: option.whole({ minimum: 1, default: 10_000 }),
  maxPendingBytes: option.whole({ minimum: 1, default: 64 * mebibyte }),
  compression: option.oneOf(["none", "gzip"], { default: "none" }),
  deliveryTimeoutMs: option.durationMs({ minimum: 1, default: 120_000 }),
  requestTimeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  connectTimeoutMs: option.durationMs({ minimum: 1, default: 10_000 }),
  topicCreation: option.oneOf(["allow", "never"], { default: "allow" }),
  metadataMaxAgeMs: option.durationMs({ minimum: 1, default: 300_000 }),
  sessionTimeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  rebalanceTimeoutMs: option.durationMs({ minimum: 1, default: 60_000 }),
  heartbeatIntervalMs: option.durationMs({ minimum: 1, default: 3_000 }),
  fetchMaxWaitMs: option.durationMs({ minimum: 1, default: 500 }),
  fetchMaxBytesPerPartition: option.whole({ ...int32, default: mebibyte }),
  fetchMaxBytes: option.whole({ ...int32, default: 10 * mebibyte }),
  keylessOrder: option.oneOf(["none", "partition"], { default: "none" }),
  receiveOrder: option.oneOf(["key", "log"], { default: "key" }),
  maxBufferedBytes: option.whole({ minimum: 1, default: 32 * mebibyte }),
  commitIntervalMs: option.durationMs({ minimum: 0, default: 1_000 }),
  rebalanceGraceMs: option.durationMs({ minimum: 0, default: 5_000 }),
  assignors: option.custom<
    readonly ("range" | "roundrobin")[],
    { default: readonly ["range", "roundrobin"] }
  >(findAssignorsFault, { default: ["range", "roundrobin"] }),
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
  driver: option.methods<KafkaDriver>(["openProducer", "openMember", "partitionCount", "lag", "close"]),
} as const satisfies { readonly [Name in keyof Required<KafkaMessageBusOptions>]: OptionRule<unknown> };

type ReadKafkaOptions = OptionsOf<typeof rules>;

/** How to log in. */
export interface SaslLogin {
  readonly mechanism: SaslMechanism;
  readonly userName: string;
  readonly password: string;
}

/** {@link KafkaMessageBusOptions} with every default in its place. */
export type ResolvedKafkaOptions = Omit<
  ReadKafkaOptions,
  "saslMechanism" | "userName" | "password" | "tls"
> & {
  /** Absent where the protocol has no login. */
  readonly sasl: SaslLogin | undefined;
  /** Absent where the connection is not secured. */
  readonly tls: KafkaTlsOptions | undefined;
};

/** Which variable of the environment gives which option. */
export const kafkaVariables: Readonly<Record<string, EnvVariable<string>>> = {
  bootstrapServers: { name: "KAFKA_BOOTSTRAP_SERVERS", parse: env.text },
  securityProtocol: { name: "KAFKA_API_PROTOCOL", parse: env.text },
  saslMechanism: { name: "KAFKA_API_SASL_MECHANISM", parse: env.text },
  userName: { name: "KAFKA_API_KEY", parse: env.text },
  password: { name: "KAFKA_API_SECRET", parse: env.text },
};

/** @throws ConfigError naming every option at fault, and no value. */
export function resolveKafkaOptions(options: KafkaMessageBusOptions): ResolvedKafkaOptions {
  const faults = new Faults();
  const read = readOptions(options, rules, faults);
  const isProtocolGiven = (options as KafkaMessageBusOptions | null)?.securityProtocol !== undefined;
  if (!faults.has("options") && !faults.has("securityProtocol")) {
    checkLogin(read, isProtocolGiven, faults);
    checkTls(read, faults);
  }
  if (read.heartbeatIntervalMs * 3 > read.sessionTimeoutMs)
    faults.add({ path: "heartbeatIntervalMs", message: "must be at most a third of sessionTimeoutMs" });
  faults.throwIfAny();
  const { saslMechanism: mechanism, userName = "", password = "", tls, ...rest } = read;
  return {
    ...rest,
    sasl: isSasl(rest) ? { mechanism, userName, password } : undefined,
    tls: isSecured(rest) ? (tls ?? {}) : undefined,
  };
}

function isSasl({ securityProtocol }: Pick<ReadKafkaOptions, "securityProtocol">): boolean {
  return securityProtocol === "SASL_PLAINTEXT" || securityProtocol === "SASL_SSL";
}

function isSecured({ securityProtocol }: Pick<ReadKafkaOptions, "securityProtocol">): boolean {
  return securityProtocol === "SSL" || securityProtocol === "SASL_SSL";
}

function checkLogin(read: ReadKafkaOptions, isProtocolGiven: boolean, faults: Faults): void {
  if (!isSasl(read)) return;
  const why = isProtocolGiven
    ? `is required by the securityProtocol ${read.securityProtocol}`
    : 'is required by the default securityProtocol SASL_SSL (a broker without login: "PLAINTEXT" or "SSL")';
  for (const path of ["userName", "password"] as const)
    if (read[path] === undefined) faults.add({ path, message: why });
}

function checkTls(read: ReadKafkaOptions, faults: Faults): void {
  if (read.tls === undefined) return;
  const path = "tls";
  if (!isSecured(read))
    faults.add({ path, message: `is of no use with the securityProtocol ${read.securityProtocol}` });
  else if ((read.tls.cert === undefined) !== (read.tls.key === undefined))
    faults.add({ path, message: "must have cert and key, or neither" });
}

function findAuthorityFault(ca: unknown): string | undefined {
  const isText = (each: unknown) => typeof each === "string" && each.trim() !== "";
  const isFit = Array.isArray(ca) ? ca.length > 0 && ca.every(isText) : isText(ca);
  return isFit ? undefined : "must be a certificate in PEM, or a list of them";
}

function findAssignorsFault(assignors: unknown): string | undefined {
  const isKnown = (name: unknown) => name === "range" || name === "roundrobin";
  const isFit = Array.isArray(assignors) && assignors.length > 0 && assignors.every(isKnown);
  return isFit ? undefined : 'must list "range", "roundrobin", or both';
}

const topicForm = /^[a-zA-Z0-9._-]{1,249}$/;

/** What is expected of the name of a topic, where `topic` is none. */
export function findTopicFault(topic: unknown): string | undefined {
  const isTopic = typeof topic === "string" && topicForm.test(topic) && topic !== "." && topic !== "..";
  return isTopic ? undefined : "must be a topic: 1 to 249 letters, digits, dots, underscores and hyphens";
}
