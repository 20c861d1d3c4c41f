import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Credentials, credentialsOf } from "../credentials.ts";
import { propertiesFile } from "../properties-file.ts";
import { type Certificates, createCertificates } from "../run/certificates.ts";
import { type JavaOptions, javaOptionsOf, quickToStart } from "../run/java-options.ts";
import { host } from "../run/ports.ts";
import type { Place, Prepared } from "../run/recipe.ts";
import type { RunningServer } from "../run/running-server.ts";
import { type StartOptions, startServer } from "../run/start-server.ts";
import { runCommand } from "../run-command.ts";
import { brokerProperties, type KafkaPort } from "./broker-properties.ts";
import { kafkaClassPath, kafkaProgram } from "./program.ts";

export interface KafkaOptions extends StartOptions, JavaOptions {
  /** Default 3.9.2. 4.3.1 works as well. */
  readonly version?: string | undefined;
  /** Ports to use; the others are chosen. */
  readonly ports?: Partial<Record<KafkaPort, number>> | undefined;
  readonly credentials?: Partial<Credentials> | undefined;
  /** How many partitions a topic gets that is created by being used. Default 1. */
  readonly partitions?: number | undefined;
  /**
   * Further settings of the broker, and other values for those it has: `{ "auto.create.topics.enable":
   * "false" }`.
   */
  readonly properties?: Readonly<Record<string, string | number>> | undefined;
}

interface KafkaFacts {
  /** `host:port` of each listener. The certificate is for `localhost` and `127.0.0.1`. */
  readonly addresses: {
    readonly plaintext: string;
    readonly ssl: string;
    readonly saslPlaintext: string;
    readonly saslSsl: string;
  };
  /** For PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512, on both SASL listeners. */
  readonly credentials: Credentials;
  readonly certificates: Pick<Certificates, "ca" | "caPath">;
  readonly environment: Readonly<Record<string, string>>;
}

/** One broker of Apache Kafka. A restart keeps topics, records, offsets and users. */
export type KafkaServer = RunningServer<KafkaPort> & KafkaFacts;

const clusterId = "d2lyZWtpdC1pbnRlcm9wcw";
const small = ["-Xms256m", "-Xmx512m", ...quickToStart];

/**
 * Starts a broker in KRaft mode with the listeners PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL.
 *
 * @throws MissingRequirementError, InstallError, StartError; ConfigError for credentials that cannot be
 * configured, and for `javaOptions` that are none.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaServer> {
  const credentials = credentialsOf(options.credentials);
  const javaOptions = javaOptionsOf(options, small);
  const { plaintext, ssl, saslPlaintext, saslSsl, controller } = options.ports ?? {};
  return startServer<KafkaPort, KafkaFacts>(
    {
      name: "kafka",
      program: kafkaProgram(options.version),
      ports: { plaintext, ssl, saslPlaintext, saslSsl, controller },
      secrets: [credentials.password],
      readyWithinMs: 180_000,
      prepare: (place) => prepare(place, credentials, { ...options, javaOptions }),
    },
    options,
  );
}

async function prepare(
  place: Place<KafkaPort>,
  credentials: Credentials,
  { partitions = 1, properties, javaOptions = small }: KafkaOptions,
): Promise<Prepared<KafkaFacts>> {
  const { directory, ports } = place;
  const certificates = await createCertificates(directory);
  await mkdir(join(directory, "tmp"));
  await writeFile(join(directory, "log4j.properties"), log4j);
  const configuration = join(directory, "server.properties");
  const keyStorePath = certificates.bundlePath;
  const settings = {
    ...brokerProperties({ directory, ports, credentials, partitions, keyStorePath }),
    ...properties,
  };
  await writeFile(configuration, propertiesFile(settings), { mode: 0o600 });
  await formatStorage(place, configuration, credentials);
  return {
    launch: {
      command: "java",
      args: [...javaOptions, ...javaArguments(place, "kafka.Kafka", configuration)],
      cwd: directory,
    },
    isReady: async (log) => log.includes("Kafka Server started"),
    facts: factsOf(ports, credentials, certificates),
  };
}

/** Makes the folder that the broker keeps its data in, with the users that SCRAM knows. */
async function formatStorage(
  place: Place<KafkaPort>,
  configuration: string,
  { username, password }: Credentials,
): Promise<void> {
  const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  const format = ["format", "--config", configuration, "--cluster-id", clusterId, ...users];
  const { directory, logPath, signal } = place;
  const args = [...small, ...javaArguments(place, "kafka.tools.StorageTool", ...format)];
  await runCommand("java", args, { cwd: directory, logPath, signal, secrets: [password] });
}

function javaArguments(place: Place<KafkaPort>, main: string, ...args: readonly string[]): readonly string[] {
  const { directory, installation } = place;
  return [
    // What native libraries are unpacked to; ended by SIGKILL, Java would leave them in the system's folder.
    `-Djava.io.tmpdir=${join(directory, "tmp")}`,
    `-Dlog4j.configuration=file:${join(directory, "log4j.properties")}`,
    "-cp",
    kafkaClassPath(installation.directory),
    main,
    ...args,
  ];
}

function factsOf(
  ports: Readonly<Record<KafkaPort, number>>,
  credentials: Credentials,
  { ca, caPath }: Certificates,
): KafkaFacts {
  const plaintext = `${host}:${ports.plaintext}`;
  return {
    addresses: {
      plaintext,
      ssl: `${host}:${ports.ssl}`,
      saslPlaintext: `${host}:${ports.saslPlaintext}`,
      saslSsl: `${host}:${ports.saslSsl}`,
    },
    credentials,
    certificates: { ca, caPath },
    environment: { KAFKA_BOOTSTRAP_SERVERS: plaintext, KAFKA_API_PROTOCOL: "PLAINTEXT" },
  };
}

const log4j = propertiesFile({
  "log4j.rootLogger": "INFO, stdout",
  "log4j.appender.stdout": "org.apache.log4j.ConsoleAppender",
  "log4j.appender.stdout.layout": "org.apache.log4j.PatternLayout",
  "log4j.appender.stdout.layout.ConversionPattern": "[%d] %p %m (%c)%n",
});
