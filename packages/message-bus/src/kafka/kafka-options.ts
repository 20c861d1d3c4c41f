import {
  type Clock,
  ConfigError,
  consoleLogger,
  type Issue,
  type Logger,
  type Random,
  systemClock,
} from "@wirekit/core";
import { bootstrapServersOf } from "./bootstrap-servers.ts";
import type { KafkaDriver } from "./kafka-driver.ts";
import { type NumberRanges, numberFaults, oneOfFault, textFaults } from "./option-faults.ts";

/** How a connection is secured. */
export type SecurityProtocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
/** How one logs in. */
export type SaslMechanism = "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";

export const securityProtocols: readonly SecurityProtocol[] = [
  "PLAINTEXT",
  "SSL",
  "SASL_PLAINTEXT",
  "SASL_SSL",
];
export const saslMechanisms: readonly SaslMechanism[] = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"];

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
   * How long a message waits for company. Default 0: what is sent in one turn of the event loop goes together, and what is sent while a
   * request is under way goes with the next one.
   */
  readonly lingerMs?: number | undefined;
  /** The most messages in one request, 1 to 8,192. Default 500. */
  readonly maxBatchMessages?: number | undefined;
  /**
   * The most bytes in one request, and so of one message: not above the topics' `max.message.bytes`. Default 1,048,588, as that is. Counted as it
   * stands on the wire, before compression.
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
  /** When one request has no answer for so long, it is made again (under the same sequence number). Default 30,000. */
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
   * In which order a consumer handles records without a key. Default `"none"`: as they come, many at once. `"partition"`: one at a time in each
   * partition.
   */
  readonly keylessOrder?: "partition" | "none" | undefined;
  /** How many bytes of messages each consumer holds that are not finished; then it reads no more for a while. Default 32 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** How long what is finished may wait for its commit. Default 1,000. */
  readonly commitIntervalMs?: number | undefined;
  /** How long handlers may go on that run when the group rebalances. Default 5,000. */
  readonly rebalanceGraceMs?: number | undefined;
  /** How the partitions of a group are shared out, by falling preference. Default `["range", "roundrobin"]`. */
  readonly assignors?: readonly ("range" | "roundrobin")[] | undefined;

  /** Where it tells what goes wrong. Default: warnings and errors, to the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Speaks to Kafka in place of kafkajs. It is closed with the bus. */
  readonly driver?: KafkaDriver | undefined;
}

type Defaulted = Omit<
  KafkaMessageBusOptions,
  "bootstrapServers" | "saslMechanism" | "userName" | "password" | "tls" | "driver"
>;

/** How to log in. */
export interface SaslLogin {
  readonly mechanism: SaslMechanism;
  readonly userName: string;
  readonly password: string;
}

/** {@link KafkaMessageBusOptions} with every default in its place. */
export type ResolvedKafkaOptions = { readonly [Name in keyof Defaulted]-?: NonNullable<Defaulted[Name]> } & {
  readonly bootstrapServers: readonly string[];
  /** Absent where nobody has to log in. */
  readonly sasl: SaslLogin | undefined;
  /** Absent where the connection is not secured. */
  readonly tls: KafkaTlsOptions | undefined;
  readonly driver: KafkaDriver | undefined;
};

/** The longest delay that the runtimes' timers take. */
const maxTimerMs = 2_147_483_647;
const duration = { minimum: 1, maximum: maxTimerMs };
const int32 = { minimum: 1, maximum: 2_147_483_647 };

/** A record's place in its batch takes at most two bytes up to here, which the sizes rely on. */
const mostMessagesInBatch = 8_192;

const ranges: NumberRanges<ResolvedKafkaOptions> = {
  lingerMs: { minimum: 0, maximum: maxTimerMs },
  maxBatchMessages: { minimum: 1, maximum: mostMessagesInBatch },
  maxBatchBytes: { minimum: 256, maximum: 100 * 1024 * 1024 },
  maxPendingMessages: { minimum: 1 },
  maxPendingBytes: { minimum: 1 },
  deliveryTimeoutMs: duration,
  requestTimeoutMs: duration,
  connectTimeoutMs: duration,
  metadataMaxAgeMs: duration,
  sessionTimeoutMs: duration,
  rebalanceTimeoutMs: duration,
  heartbeatIntervalMs: duration,
  fetchMaxWaitMs: duration,
  fetchMaxBytesPerPartition: int32,
  fetchMaxBytes: int32,
  maxBufferedBytes: { minimum: 1 },
  commitIntervalMs: { minimum: 0, maximum: maxTimerMs },
  rebalanceGraceMs: { minimum: 0, maximum: maxTimerMs },
};

/** @throws ConfigError naming every option at fault, and no value. */
export function resolveKafkaOptions(options: KafkaMessageBusOptions): ResolvedKafkaOptions {
  const servers = bootstrapServersOf(options.bootstrapServers ?? "localhost:9092");
  const securityProtocol = options.securityProtocol ?? "SASL_SSL";
  const resolved: ResolvedKafkaOptions = {
    bootstrapServers: servers.kind === "servers" ? servers.servers : [],
    securityProtocol,
    sasl: loginOf(options, securityProtocol),
    tls: securityProtocol.endsWith("SSL") ? (options.tls ?? {}) : undefined,
    producerId: options.producerId ?? "wirekit-producer",
    consumerId: options.consumerId ?? "wirekit-consumer",
    lingerMs: options.lingerMs ?? 0,
    maxBatchMessages: options.maxBatchMessages ?? 500,
    maxBatchBytes: options.maxBatchBytes ?? 1_048_588,
    maxPendingMessages: options.maxPendingMessages ?? 10_000,
    maxPendingBytes: options.maxPendingBytes ?? 64 * 1024 * 1024,
    compression: options.compression ?? "none",
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? 120_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    topicCreation: options.topicCreation ?? "allow",
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 300_000,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 30_000,
    rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 3_000,
    fetchMaxWaitMs: options.fetchMaxWaitMs ?? 500,
    fetchMaxBytesPerPartition: options.fetchMaxBytesPerPartition ?? 1024 * 1024,
    fetchMaxBytes: options.fetchMaxBytes ?? 10 * 1024 * 1024,
    keylessOrder: options.keylessOrder ?? "none",
    maxBufferedBytes: options.maxBufferedBytes ?? 32 * 1024 * 1024,
    commitIntervalMs: options.commitIntervalMs ?? 1_000,
    rebalanceGraceMs: options.rebalanceGraceMs ?? 5_000,
    assignors: options.assignors ?? ["range", "roundrobin"],
    logger: options.logger ?? consoleLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    driver: options.driver,
  };
  const issues: (Issue | undefined)[] = [
    servers.kind === "fault" ? { path: "bootstrapServers", message: servers.message } : undefined,
    oneOfFault("securityProtocol", securityProtocol, securityProtocols),
    ...loginFaults(options, securityProtocol),
    ...tlsFaults(options.tls, securityProtocol),
    ...textFaults(options, ["producerId", "consumerId"]),
    ...numberFaults(resolved, ranges),
    oneOfFault("compression", resolved.compression, ["none", "gzip"]),
    oneOfFault("keylessOrder", resolved.keylessOrder, ["none", "partition"]),
    oneOfFault("topicCreation", resolved.topicCreation, ["allow", "never"]),
    assignorFault(resolved.assignors),
    resolved.heartbeatIntervalMs * 3 > resolved.sessionTimeoutMs
      ? { path: "heartbeatIntervalMs", message: "must be at most a third of sessionTimeoutMs" }
      : undefined,
  ];
  const found = issues.filter((issue) => issue !== undefined);
  if (found.length > 0) throw new ConfigError(found);
  return resolved;
}

function loginOf(options: KafkaMessageBusOptions, protocol: SecurityProtocol): SaslLogin | undefined {
  const { saslMechanism: mechanism = "PLAIN", userName, password } = options;
  if (!isSasl(protocol) || userName === undefined || password === undefined) return undefined;
  return { mechanism, userName, password };
}

function isSasl(protocol: unknown): boolean {
  return protocol === "SASL_PLAINTEXT" || protocol === "SASL_SSL";
}

function loginFaults(options: KafkaMessageBusOptions, protocol: SecurityProtocol): (Issue | undefined)[] {
  if (!isSasl(protocol)) return [];
  const missing = (["userName", "password"] as const).map((path) => {
    const value: unknown = options[path];
    return typeof value === "string" && value !== ""
      ? undefined
      : { path, message: "is required by the securityProtocol" };
  });
  return [...missing, oneOfFault("saslMechanism", options.saslMechanism ?? "PLAIN", saslMechanisms)];
}

function tlsFaults(tls: KafkaTlsOptions | undefined, protocol: SecurityProtocol): Issue[] {
  if (tls === undefined) return [];
  if (protocol === "PLAINTEXT" || protocol === "SASL_PLAINTEXT") {
    return [{ path: "tls", message: "is of no use with this securityProtocol, which secures nothing" }];
  }
  if ((tls.cert === undefined) === (tls.key === undefined)) return [];
  return [{ path: "tls", message: "must have cert and key, or neither" }];
}

function assignorFault(assignors: readonly unknown[]): Issue | undefined {
  const isKnown = (name: unknown) => name === "range" || name === "roundrobin";
  if (Array.isArray(assignors) && assignors.length > 0 && assignors.every(isKnown)) return undefined;
  return { path: "assignors", message: 'must list "range", "roundrobin", or both' };
}
