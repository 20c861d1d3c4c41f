import { type Logger, redactText } from "@wirekit/core";
import { peerFailure } from "@wirekit/core/kit";
import type { ISocketFactory, Kafka, KafkaConfig, logCreator } from "kafkajs";
import type { KafkaTlsOptions, ResolvedKafkaOptions } from "../kafka-options.ts";

/** kafkajs, as far as it is used here. */
export type Kafkajs = typeof import("kafkajs");

/** kafkajs's encoding of what members tell each other through the group. */
export type AssignerProtocol = Kafkajs["AssignerProtocol"];

/**
 * How to decompress, by the number that a batch names: kafkajs's own table, to which its users add what it
 * does not bring. Making one throws where it is known and not installed.
 */
export type CompressionCodecs = Readonly<
  Record<number, (() => { decompress(bytes: Buffer): Promise<Buffer> }) | undefined>
>;

/** A client of kafkajs, with connections of its own that can be ended at once. */
export interface KafkajsClient {
  readonly kafkajs: Kafkajs;
  readonly kafka: Kafka;
  readonly sockets: Sockets;
}

/** The part of the options that a connection needs. */
export type ConnectionOptions = Pick<
  ResolvedKafkaOptions,
  | "bootstrapServers"
  | "securityProtocol"
  | "sasl"
  | "tls"
  | "connectTimeoutMs"
  | "requestTimeoutMs"
  | "logger"
>;

/** kafkajs repeats hardly anything: its repeating cannot be stopped, and ours can. */
const retry = { retries: 0, initialRetryTime: 50, maxRetryTime: 50 };

/** @throws ConfigError when kafkajs is not installed. */
export async function openKafkajsClient(
  clientId: string,
  options: ConnectionOptions,
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

async function loadKafkajs(): Promise<Kafkajs> {
  const module: Kafkajs & { readonly default?: Kafkajs } = await import("kafkajs").catch(
    peerFailure("kafkajs", "driver"),
  );
  // It is CommonJS: what a loader does not recognise as a named export is in the default one.
  return module.default ?? module;
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

/** Facts that kafkajs adds to its words, and that are safe to show. The rest may be what was on the wire. */
const safeFields = ["broker", "clientId", "topic", "groupId", "memberId", "retryCount", "retryTime"] as const;

/**
 * Takes kafkajs's log lines to ours, all of them as `debug`: what fails for good is thrown to the caller,
 * what is repeated is told by the bus itself, and kafkajs reports each as an error several times.
 */
function kafkajsLog(logger: Logger, secrets: readonly (string | undefined)[]): logCreator {
  return () => (entry) => {
    const { message, ...rest } = entry.log;
    const fields: Record<string, unknown> = { from: `kafkajs ${entry.namespace}`.trim(), level: entry.label };
    for (const name of safeFields) if (rest[name] !== undefined) fields[name] = rest[name];
    logger.debug(fields, redactText(String(message), { secrets }));
  };
}

type Socket = ReturnType<ISocketFactory>;

/** How long a connection is silent before the system asks whether there is still somebody. */
const keepAliveMs = 60_000;

/**
 * The connections of one client, kept at hand so that they can be ended at once. kafkajs itself waits, when
 * it disconnects, for every answer that is still due, and a client that retries while it is disconnected
 * connects again.
 */
export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #net: typeof import("node:net");
  readonly #tls: typeof import("node:tls");
  #isEnded = false;

  private constructor(net: typeof import("node:net"), tls: typeof import("node:tls")) {
    this.#net = net;
    this.#tls = tls;
  }

  static async load(): Promise<Sockets> {
    const [net, tls] = await Promise.all([import("node:net"), import("node:tls")]);
    return new Sockets(net, tls);
  }

  readonly factory: ISocketFactory = ({ host, port, ssl, onConnect }) => {
    if (this.#isEnded) throw new Error("the client is closed");
    const socket = ssl
      ? this.#secured(host, port, ssl, onConnect)
      : this.#net.connect({ host, port }, onConnect);
    socket.setKeepAlive(true, keepAliveMs);
    // kafkajs writes a request once it is whole: to wait for more gains nothing.
    socket.setNoDelay(true);
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    return socket;
  };

  /** Ends every connection, with whatever is on its way, and lets no new one open. */
  destroy(): void {
    this.#isEnded = true;
    this.drop();
  }

  /** Ends every connection, with whatever is on its way. New ones may open. */
  drop(): void {
    // With an error: kafkajs rejects what waits for an answer when it hears of one, and not on a mere close.
    for (const socket of this.#open) socket.destroy(new Error("the client is done with it"));
  }

  #secured(
    host: string,
    port: number,
    ssl: import("node:tls").ConnectionOptions,
    onConnect: () => void,
  ): Socket {
    const serverName = this.#net.isIP(host) === 0 ? { servername: host } : {};
    return this.#tls.connect({ host, port, ...serverName, ...ssl }, onConnect);
  }
}
