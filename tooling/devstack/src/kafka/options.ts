import { checkPort } from "../ports.ts";
import { type KafkaClock, systemClock } from "./clock.ts";
import { type SaslMechanism, saslMechanisms, type Users } from "./connections/exchange.ts";
import { isTopicName } from "./log/topic-name.ts";

/** How a broker is to be. Everything has a default. */
export interface KafkaOptions {
  /** How many brokers it poses as, 1 to 3; each has an address of its own. Default 1. */
  readonly nodes?: number | undefined;
  /** The ports to listen on, one for each node. Default: any that are free. */
  readonly ports?: readonly number[] | undefined;
  /** The address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The host name that clients are told. Default: the address listened on. */
  readonly advertisedHost?: string | undefined;
  /** Default `PLAINTEXT`. */
  readonly securityProtocol?: SecurityProtocol | undefined;
  /** Who may log in, with which password. Needed with the two SASL protocols. */
  readonly users?: Users | undefined;
  /** The mechanisms offered with the two SASL protocols. Default: PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly saslMechanisms?: readonly SaslMechanism[] | undefined;
  /** Topics that are there from the start: the number of partitions by name. */
  readonly topics?: Readonly<Record<string, number>> | undefined;
  /** Whether asking for a topic that is not there makes it. Default `true`. */
  readonly autoCreateTopics?: boolean | undefined;
  /** Partitions of a topic for which nobody has said how many. Default 1. */
  readonly defaultPartitions?: number | undefined;
  /** The largest record batch that is taken, in bytes. Default 1,048,588. */
  readonly maxMessageBytes?: number | undefined;
  /**
   * How many bytes of records it keeps, in all partitions together. Above that, the records that were written
   * first go, as by retention. Default 536,870,912 (512 MiB).
   */
  readonly maxLogBytes?: number | undefined;
  /**
   * How long an empty group waits for more members before its first generation. Default 0; Apache Kafka's is
   * 3,000.
   */
  readonly initialRebalanceDelayMs?: number | undefined;
  /** The shortest session time-out that a member may ask for. Default 6,000. */
  readonly minSessionTimeoutMs?: number | undefined;
  /** The longest session time-out that a member may ask for. Default 1,800,000. */
  readonly maxSessionTimeoutMs?: number | undefined;
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: KafkaClock | undefined;
  /**
   * Told of what must never happen: an error that is not the client's fault. Default: written to the console.
   */
  readonly onInternalError?: ((error: unknown) => void) | undefined;
}

/** How clients connect. */
export type SecurityProtocol = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";

type Defaulted = Omit<KafkaOptions, "users" | "advertisedHost" | "ports">;
/** The options with nothing left open. */
export type Settings = { readonly [Key in keyof Defaulted]-?: Exclude<Defaulted[Key], undefined> } & {
  readonly ports: readonly number[];
  readonly advertisedHost: string;
  /** Absent where nobody has to log in. */
  readonly users: Users | undefined;
};

const maxNodes = 3;
const counts = [
  "defaultPartitions",
  "maxMessageBytes",
  "maxLogBytes",
  "initialRebalanceDelayMs",
  "minSessionTimeoutMs",
  "maxSessionTimeoutMs",
] as const;

/** @throws TypeError or RangeError that names the option at fault. */
export function resolveOptions(options: KafkaOptions = {}): Settings {
  const nodes = options.nodes ?? 1;
  const host = options.host ?? "127.0.0.1";
  const securityProtocol = options.securityProtocol ?? "PLAINTEXT";
  const needsUsers = securityProtocol.startsWith("SASL_");
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes)
    throw new RangeError(`nodes must be a whole number from 1 to ${maxNodes}`);
  if (options.ports && options.ports.length !== nodes)
    throw new RangeError("ports must name one port for each node");
  for (const [index, port] of (options.ports ?? []).entries()) checkPort(port, `ports[${index}]`);
  if (needsUsers !== (options.users !== undefined))
    throw new TypeError("users must be given with SASL_PLAINTEXT and SASL_SSL, and only then");

  for (const name of counts) {
    const value = options[name];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0))
      throw new RangeError(`${name} must be a whole number, and not below 0`);
  }
  for (const [topic, partitions] of Object.entries(options.topics ?? {})) {
    if (!isTopicName(topic) || !Number.isInteger(partitions) || partitions < 1)
      throw new RangeError(`topics must give a number of partitions, at least 1, for each name: ${topic}`);
  }

  return {
    nodes,
    host,
    securityProtocol,
    ports: options.ports ?? Array.from({ length: nodes }, () => 0),
    advertisedHost: options.advertisedHost ?? host,
    users: options.users,
    saslMechanisms: options.saslMechanisms ?? saslMechanisms,
    topics: options.topics ?? {},
    autoCreateTopics: options.autoCreateTopics ?? true,
    defaultPartitions: options.defaultPartitions ?? 1,
    maxMessageBytes: options.maxMessageBytes ?? 1_048_588,
    maxLogBytes: options.maxLogBytes ?? 512 * 1024 * 1024,
    initialRebalanceDelayMs: options.initialRebalanceDelayMs ?? 0,
    minSessionTimeoutMs: options.minSessionTimeoutMs ?? 6_000,
    maxSessionTimeoutMs: options.maxSessionTimeoutMs ?? 1_800_000,
    clock: options.clock ?? systemClock,
    onInternalError: options.onInternalError ?? printError,
  };
}

function printError(error: unknown): void {
  console.error(error);
}
