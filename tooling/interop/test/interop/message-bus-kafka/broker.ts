import { silentLogger } from "@wirekit/core";
import { KafkaMessageBus, type KafkaMessageBusOptions } from "@wirekit/message-bus";
import { clientPackages, type KafkaServer, startKafka } from "@wirekit/servers";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { patientKafkajs } from "../../../src/programs/patient-kafkajs.ts";
import { startPythonClient } from "../../../src/programs/python-client.ts";
import type { TalkingProgram } from "../../../src/programs/talking-program.ts";
import { sharedServer } from "../../../src/rows/servers-in-use.ts";

/** One broker for all rows. What a row does to it, it mends before it ends. */
export const kafka = sharedServer(() =>
  // A consumer that dies is to be missed soon.
  startKafka({ properties: { "group.min.session.timeout.ms": 1_000 } }),
);

/** By which listener a client comes in, and how it logs in there. */
export interface Entrance {
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";
  readonly mechanism?: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
}

export const plaintext: Entrance = { protocol: "PLAINTEXT" };

export function nameOf({ protocol, mechanism }: Entrance): string {
  return mechanism === undefined ? protocol : `${protocol} with ${mechanism}`;
}

/** What ours is told, to come in there. */
export function optionsFor(
  { addresses, credentials, certificates }: KafkaServer,
  { protocol, mechanism }: Entrance,
): KafkaMessageBusOptions {
  const { username: userName, password } = credentials;
  return {
    bootstrapServers: addressOf(addresses, protocol),
    securityProtocol: protocol,
    ...(mechanism !== undefined && { saslMechanism: mechanism, userName, password }),
    ...(protocol.endsWith("SSL") && { tls: { ca: certificates.ca } }),
    heartbeatIntervalMs: 300,
    commitIntervalMs: 100,
    logger: silentLogger,
  };
}

export async function openBus(
  entrance: Entrance = plaintext,
  options: KafkaMessageBusOptions = {},
): Promise<KafkaMessageBus> {
  return new KafkaMessageBus({ ...optionsFor(await kafka(), entrance), ...options });
}

/** Starts one of `clients/`, and tells it how to come in. */
export async function startPeer(
  file: string,
  { protocol, mechanism }: Entrance = plaintext,
  options: { readonly packages?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<TalkingProgram> {
  const { addresses, credentials, certificates } = await kafka();
  const settings = {
    bootstrap: addressOf(addresses, protocol),
    protocol,
    ...(mechanism !== undefined && {
      mechanism,
      user: credentials.username,
      password: credentials.password,
    }),
    ca: certificates.caPath,
  };
  const args = [JSON.stringify(settings)];
  return startPythonClient({ packages: clientPackages.kafka, file, args, ...options });
}

/** Whatever is asked of a broker besides. */
export async function withAdmin<T>(
  ask: (admin: Admin) => Promise<T>,
  server: KafkaServer | Promise<KafkaServer> = kafka(),
): Promise<T> {
  const { addresses } = await server;
  const client = new Kafka({
    ...patientKafkajs,
    brokers: [addresses.plaintext],
    logLevel: logLevel.NOTHING,
  });
  const admin = client.admin();
  await admin.connect();
  try {
    return await ask(admin);
  } finally {
    await admin.disconnect();
  }
}

let topics = 0;

/** A topic of its own for whoever asks, ready to be used. */
export async function createTopic(
  name: string,
  numPartitions: number,
  server: KafkaServer | Promise<KafkaServer> = kafka(),
): Promise<string> {
  topics += 1;
  const topic = `${name}-${topics}`;
  await withAdmin((admin) => admin.createTopics({ topics: [{ topic, numPartitions }] }), server);
  return topic;
}

function addressOf(addresses: KafkaServer["addresses"], protocol: Entrance["protocol"]): string {
  const listeners = {
    PLAINTEXT: addresses.plaintext,
    SSL: addresses.ssl,
    SASL_PLAINTEXT: addresses.saslPlaintext,
    SASL_SSL: addresses.saslSsl,
  };
  return listeners[protocol];
}
