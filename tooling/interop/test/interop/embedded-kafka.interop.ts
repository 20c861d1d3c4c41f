import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@jest/globals";
import { type Kafka as EmbeddedKafka, type SecurityProtocol, startKafka } from "@wirekit/devstack/kafka";
import { clientPackages, kafkaConsoleTools, pythonEnvironment } from "@wirekit/servers";
import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from "kafkajs";
import { patientKafkajs } from "../../src/programs/patient-kafkajs.ts";
import { runProgram } from "../../src/programs/run-program.ts";
import { describePair } from "../../src/rows/describe-pair.ts";

const user = { username: "alice", password: "open-sesame" };
const on = "embedded broker";
const ours = "embedded broker";

/** A security protocol, and the mechanism where clients log in. */
type Entrance = readonly [SecurityProtocol, mechanism?: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512"];

const entrances: readonly Entrance[] = [
  ["PLAINTEXT"],
  ["SSL"],
  ["SASL_PLAINTEXT", "PLAIN"],
  ["SASL_PLAINTEXT", "SCRAM-SHA-256"],
  ["SASL_SSL", "SCRAM-SHA-512"],
];

/** The broker of one row: its address, and its certificate as a file, gone at the end. */
async function open([securityProtocol, mechanism]: Entrance): Promise<
  AsyncDisposable & { readonly broker: EmbeddedKafka; readonly address: string; readonly caPath: string }
> {
  const users = { [user.username]: user.password };
  const broker = await startKafka({ securityProtocol, ...(mechanism !== undefined && { users }) });
  const directory = await mkdtemp(join(tmpdir(), "wirekit-embedded-"));
  const caPath = join(directory, "ca.pem");
  await writeFile(caPath, broker.certificate ?? "");
  return {
    broker,
    address: broker.addresses[0] ?? "",
    caPath,
    [Symbol.asyncDispose]: async () => {
      await broker.close();
      await rm(directory, { recursive: true });
    },
  };
}

await describePair({ ours, theirs: "kafkajs", on, needs: [] }, (row) => {
  for (const entrance of entrances)
    row("theirs -> ours", `produces and shares a group over ${entrance.join(" with ")}`, async () => {
      await using server = await open(entrance);
      const [, mechanism] = entrance;
      const config: KafkaConfig = {
        ...patientKafkajs,
        brokers: [server.address],
        logLevel: logLevel.NOTHING,
        ...(server.broker.certificate !== undefined && { ssl: { ca: server.broker.certificate } }),
        ...(mechanism !== undefined && {
          sasl: { mechanism: mechanism.toLowerCase(), ...user } as SASLOptions,
        }),
      };
      return await produceAndConsume(new Kafka(config));
    });
});

for (const [theirs, file, tls] of [
  ["confluent-kafka (librdkafka)", "confluent.py", "ssl.ca.location"],
  ["kafka-python", "kafka_python.py", "ssl_cafile"],
] as const)
  await describePair({ ours, theirs, on, needs: ["python"] }, (row) => {
    for (const entrance of entrances)
      row("theirs -> ours", `produces and shares a group over ${entrance.join(" with ")}`, async () => {
        const { python } = await pythonEnvironment(clientPackages.kafka);
        await using server = await open(entrance);
        const [protocol, mechanism] = entrance;
        const isPython = tls === "ssl_cafile";
        const name = (underRdkafka: string, underPython: string) => (isPython ? underPython : underRdkafka);
        const settings = [`${name("security.protocol", "security_protocol")}=${protocol}`];
        if (protocol.endsWith("SSL")) settings.push(`${tls}=${server.caPath}`);
        if (mechanism !== undefined)
          settings.push(
            `${name("sasl.mechanism", "sasl_mechanism")}=${mechanism}`,
            `${name("sasl.username", "sasl_plain_username")}=${user.username}`,
            `${name("sasl.password", "sasl_plain_password")}=${user.password}`,
          );
        const output = await runProgram(python, [script(file), server.address, ...settings]);
        const records = Number(/(\d+) records/.exec(output)?.[1]);
        return { produced: records, consumed: records };
      });
  });

await describePair({ ours, theirs: "Java's console tools", on, needs: ["java", "kafka"] }, (row) => {
  for (const entrance of [["PLAINTEXT"], ["SASL_SSL", "SCRAM-SHA-512"]] as const)
    row("theirs -> ours", `produce and consume over ${entrance.join(" with ")}`, async () => {
      const tools = await kafkaConsoleTools();
      await using server = await open(entrance);
      const properties = `${server.caPath}.properties`;
      await writeFile(properties, propertiesOf(entrance, server.caPath));
      const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
      const common = ["--bootstrap-server", server.address, "--topic", "console"];
      const produce = tools.producer([...common, "--producer.config", properties]);
      await runProgram(produce.command, produce.args, { input: `${lines.join("\n")}\n` });
      const consume = tools.consumer([
        ...common,
        ...["--consumer.config", properties, "--from-beginning"],
        ...["--max-messages", String(lines.length), "--timeout-ms", "180000"],
      ]);
      const consumed = (await runProgram(consume.command, consume.args)).trim().split("\n");
      expect(consumed).toEqual(lines);
      return { produced: lines.length, consumed: consumed.length };
    });
});

async function produceAndConsume(kafka: Kafka): Promise<{ produced: number; consumed: number }> {
  const topic = "payments";
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const admin = kafka.admin();
  const producer = kafka.producer({ idempotent: true });
  const members = [1, 2].map(() =>
    kafka.consumer({ groupId: "g", maxWaitTimeInMs: 200, rebalanceTimeout: 60_000 }),
  );
  try {
    await Promise.all([admin.connect(), producer.connect(), ...members.map((member) => member.connect())]);
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: true });
    const seen = new Set<string>();
    const all = new Promise<void>((resolve) => {
      for (const member of members)
        void member.subscribe({ topic, fromBeginning: true }).then(() =>
          member.run({
            eachMessage: async ({ partition, message }) => {
              seen.add(`${partition}:${message.offset}`);
              if (seen.size === numbers.length) resolve();
            },
          }),
        );
    });
    const messages = numbers.map((n) => ({ key: `user-${n % 10}`, value: String(n), headers: { h: "1" } }));
    await producer.send({ topic, messages });
    await all;
    const ends = await admin.fetchTopicOffsets(topic);
    expect(ends.reduce((sum, { offset }) => sum + Number(offset), 0)).toBe(numbers.length);
    return { produced: numbers.length, consumed: seen.size };
  } finally {
    await Promise.allSettled([producer, admin, ...members].map((client) => client.disconnect()));
  }
}

/** What Java's tools read from a file. */
function propertiesOf([protocol, mechanism]: Entrance, caPath: string): string {
  const lines = [`security.protocol=${protocol}`];
  if (protocol.endsWith("SSL")) lines.push("ssl.truststore.type=PEM", `ssl.truststore.location=${caPath}`);
  if (mechanism !== undefined) {
    const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    const login = `org.apache.kafka.common.security.${module} required`;
    lines.push(
      `sasl.mechanism=${mechanism}`,
      `sasl.jaas.config=${login} username="${user.username}" password="${user.password}";`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function script(name: string): string {
  return fileURLToPath(new URL(`../../../devstack/test/kafka/clients/${name}`, import.meta.url));
}
