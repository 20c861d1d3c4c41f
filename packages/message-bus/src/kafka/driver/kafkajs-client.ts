import type { Kafka, KafkaConfig } from "kafkajs";
import type { KafkaTlsOptions, ResolvedKafkaOptions } from "../kafka-options.ts";
import { kafkajsLog } from "./kafkajs-log.ts";
import { type Kafkajs, loadKafkajs } from "./load-kafkajs.ts";
import { Sockets } from "./sockets.ts";

/** A client of kafkajs, with connections of its own that can be ended at once. */
export interface KafkajsClient {
  readonly kafkajs: Kafkajs;
  readonly kafka: Kafka;
  readonly sockets: Sockets;
}

/** The part of the options that a connection needs. */
export type ConnectionOptions = Pick<
  ResolvedKafkaOptions,
  "bootstrapServers" | "sasl" | "tls" | "connectTimeoutMs" | "requestTimeoutMs" | "logger"
>;

/**
 * @param retry how kafkajs tries again when it connects and asks for metadata. By default hardly at all: who can be told to stop tries again, and
 * kafkajs cannot.
 */
export async function openKafkajsClient(
  clientId: string,
  options: ConnectionOptions,
  retry: NonNullable<KafkaConfig["retry"]> = { retries: 0, initialRetryTime: 50, maxRetryTime: 50 },
): Promise<KafkajsClient> {
  const [kafkajs, sockets] = await Promise.all([loadKafkajs(), Sockets.load()]);
  const { bootstrapServers, sasl, tls, logger } = options;
  const kafka = new kafkajs.Kafka({
    clientId,
    brokers: [...bootstrapServers],
    ...(tls === undefined ? {} : { ssl: tlsOf(tls) }),
    ...(sasl === undefined ? {} : { sasl: saslOf(sasl) }),
    connectionTimeout: options.connectTimeoutMs,
    authenticationTimeout: options.connectTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    retry,
    socketFactory: sockets.factory,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: kafkajsLog(logger, [sasl?.password, sasl?.userName]),
  });
  return { kafkajs, kafka, sockets };
}

function tlsOf({ ca, cert, key, passphrase, serverName }: KafkaTlsOptions): NonNullable<KafkaConfig["ssl"]> {
  const given = {
    ca: typeof ca === "string" || ca === undefined ? ca : [...ca],
    cert,
    key,
    passphrase,
    servername: serverName,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function saslOf({
  mechanism,
  userName: username,
  password,
}: NonNullable<ResolvedKafkaOptions["sasl"]>): NonNullable<KafkaConfig["sasl"]> {
  const login = { username, password };
  switch (mechanism) {
    case "PLAIN":
      return { mechanism: "plain", ...login };
    case "SCRAM-SHA-256":
      return { mechanism: "scram-sha-256", ...login };
    case "SCRAM-SHA-512":
      return { mechanism: "scram-sha-512", ...login };
  }
}
