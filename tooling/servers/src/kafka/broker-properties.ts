import { join } from "node:path";
import type { Credentials } from "../credentials.ts";
import { host } from "../run/ports.ts";

/** What the broker listens on. Clients use all but the controller's. */
export type KafkaPort = "plaintext" | "ssl" | "saslPlaintext" | "saslSsl" | "controller";

const listenerNames = {
  plaintext: "PLAINTEXT",
  ssl: "SSL",
  saslPlaintext: "SASL_PLAINTEXT",
  saslSsl: "SASL_SSL",
} as const satisfies Record<Exclude<KafkaPort, "controller">, string>;

/** What one broker, which is its own controller, is told. */
export function brokerProperties(broker: {
  readonly directory: string;
  readonly ports: Readonly<Record<KafkaPort, number>>;
  readonly credentials: Credentials;
  readonly partitions: number;
  readonly keyStorePath: string;
}): Record<string, string | number> {
  const { directory, ports, credentials, partitions, keyStorePath } = broker;
  const names = Object.entries(listenerNames) as [keyof typeof listenerNames, string][];
  const advertised = names.map(([port, name]) => `${name}://${host}:${ports[port]}`);
  const controller = `CONTROLLER://${host}:${ports.controller}`;
  return {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@${host}:${ports.controller}`,
    "controller.listener.names": "CONTROLLER",
    listeners: [controller, ...advertised].join(","),
    "advertised.listeners": advertised.join(","),
    "listener.security.protocol.map": [
      "CONTROLLER:PLAINTEXT",
      ...names.map(([, name]) => `${name}:${name}`),
    ].join(","),
    "inter.broker.listener.name": listenerNames.plaintext,

    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    ...loginModules("sasl_plaintext", credentials),
    ...loginModules("sasl_ssl", credentials),
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": keyStorePath,

    "log.dirs": join(directory, "logs"),
    "auto.create.topics.enable": "true",
    "num.partitions": partitions,
    // One broker has one replica, and a test does not wait for members that never come.
    "group.initial.rebalance.delay.ms": 0,
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
  };
}

/** PLAIN checks against its own configuration, SCRAM against what the storage was formatted with. */
function loginModules(listener: string, { username, password }: Credentials): Record<string, string> {
  const security = "org.apache.kafka.common.security";
  const prefix = `listener.name.${listener}`;
  const scram = `${security}.scram.ScramLoginModule required;`;
  return {
    [`${prefix}.plain.sasl.jaas.config`]: `${security}.plain.PlainLoginModule required user_${username}="${password}";`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: scram,
  };
}
