import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from "kafkajs";
import { describeWith } from "../../src/gate.ts";
import { type Invocation, kafkaConsoleTools } from "../../src/kafka/console-tools.ts";
import { type KafkaServer, startKafka } from "../../src/kafka/start-kafka.ts";
import { propertiesFile } from "../../src/properties-file.ts";
import { clientPackages, pythonEnvironment } from "../../src/python/python-environment.ts";
import { runCommand } from "../../src/run-command.ts";
import { expectGone, report } from "./expect-gone.ts";

type Listener = keyof KafkaServer["addresses"];
type Mechanism = "plain" | "scram-sha-256" | "scram-sha-512";

const script = fileURLToPath(new URL("clients/kafka_clients.py", import.meta.url));

await describeWith(["kafka", "python"], "Apache Kafka", () => {
  let kafka: KafkaServer;
  beforeAll(async () => {
    kafka = await startKafka({ partitions: 3 });
    report(kafka);
  });
  afterAll(() => kafka?.stop());

  it.each<[Listener, Mechanism | undefined]>([
    ["plaintext", undefined],
    ["ssl", undefined],
    ["saslPlaintext", "plain"],
    ["saslPlaintext", "scram-sha-256"],
    ["saslPlaintext", "scram-sha-512"],
    ["saslSsl", "plain"],
    ["saslSsl", "scram-sha-256"],
    ["saslSsl", "scram-sha-512"],
  ])("kafkajs sends and receives over %s (%s)", async (listener, mechanism) => {
    const topic = `kafkajs-${listener}-${mechanism}`;
    const client = clientOf(listener, mechanism);
    await createTopic(client, topic);
    await send(client, topic, ["hello"]);
    expect(await receive(client, topic, 1)).toEqual(["hello"]);
  });

  it("gives a topic the partitions that were asked for", async () => {
    const client = clientOf("plaintext", undefined);
    await createTopic(client, "partitioned");
    const admin = client.admin();
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: ["partitioned"] });
    await admin.disconnect();
    expect(topics[0]?.partitions).toHaveLength(3);
  });

  it("refuses a wrong password", async () => {
    const sasl: SASLOptions = { mechanism: "plain", username: "wirekit", password: "wrong" };
    const admin = new Kafka({ ...configurationOf("saslPlaintext"), sasl, retry: { retries: 0 } }).admin();
    await expect(admin.connect()).rejects.toThrow("Authentication failed");
    await admin.disconnect();
  });

  it.each([
    ["PLAINTEXT", "plaintext"],
    ["SASL_PLAINTEXT", "saslPlaintext"],
    ["SASL_SSL", "saslSsl"],
  ] as const)("kafka-python and librdkafka send to each other over %s", async (protocol, listener) => {
    const { python, versions } = await pythonEnvironment(clientPackages.kafka);
    expect(versions).toMatchObject({ "kafka-python": "2.3.3", "confluent-kafka": "2.16.1" });
    const topic = `python-${listener}`;
    await createTopic(clientOf("plaintext", undefined), topic);
    const { username, password } = kafka.credentials;
    const args = [kafka.addresses[listener], protocol, kafka.certificates.caPath, username, password, topic];
    const { stdout } = await runCommand(python, [script, ...args]);
    expect(stdout).toBe("by kafka-python\nby librdkafka\n");
  });

  it.each(["plaintext", "saslSsl"] as const)(
    "Java's console tools send and receive over %s",
    async (listener) => {
      const tools = await kafkaConsoleTools();
      const topic = `java-${listener}`;
      await createTopic(clientOf("plaintext", undefined), topic);
      const settings = join(kafka.directory, `${listener}.properties`);
      await writeFile(settings, propertiesFile(listener === "saslSsl" ? javaOverSaslSsl() : {}));
      const to = ["--bootstrap-server", kafka.addresses[listener], "--topic", topic];
      await runWithInput(tools.producer([...to, "--producer.config", settings]), "by Java\n");
      const once = ["--from-beginning", "--max-messages", "1", "--timeout-ms", "180000"];
      const { command, args } = tools.consumer([...to, "--consumer.config", settings, ...once]);
      expect((await runCommand(command, args)).stdout).toBe("by Java\n");

      const groups = tools.consumerGroups(["--bootstrap-server", kafka.addresses.plaintext, "--list"]);
      expect((await runCommand(groups.command, groups.args)).stdout).toContain("console-consumer-");
    },
  );

  it("has every record and offset that it acknowledged when it comes back after SIGKILL", async () => {
    const client = clientOf("plaintext", undefined);
    await createTopic(client, "kept");
    const values = Array.from({ length: 500 }, (_, index) => `record-${index}`);
    await send(client, "kept", values);
    await kafka.restart({ signal: "SIGKILL" });
    expect((await receive(client, "kept", values.length)).sort()).toEqual([...values].sort());
    const scram = clientOf("saslSsl", "scram-sha-256");
    await send(scram, "kept", ["after"]);
  });

  it("comes back after an end in order", async () => {
    await kafka.restart();
    await send(clientOf("plaintext", undefined), "kept", ["after that, too"]);
  });

  it("answers nothing while it is paused, and goes on when it is resumed", async () => {
    const impatient = new Kafka({
      ...configurationOf("plaintext"),
      requestTimeout: 3_000,
      retry: { retries: 0 },
    });
    const producer = impatient.producer();
    await producer.connect();
    // It does not try again by itself, and a broker that has just come back may have yet to learn that it
    // leads.
    await untilTaken(() => producer.send({ topic: "kept", messages: [{ value: "before" }] }));
    kafka.pause();
    const unanswered = producer.send({ topic: "kept", messages: [{ value: "meanwhile" }] });
    await expect(unanswered).rejects.toMatchObject({ name: "KafkaJSNumberOfRetriesExceeded" });
    kafka.resume();
    await producer.disconnect();
    await send(clientOf("plaintext", undefined), "kept", ["resumed"]);
  });

  it("leaves nothing behind", () => expectGone(kafka));

  function configurationOf(listener: Listener): KafkaConfig {
    const ssl = listener === "ssl" || listener === "saslSsl" ? { ca: [kafka.certificates.ca] } : false;
    return {
      brokers: [kafka.addresses[listener]],
      ssl,
      logLevel: logLevel.NOTHING,
      // By itself it waits a second, which a busy machine may exceed.
      connectionTimeout: 60_000,
      retry: { retries: 20 },
    };
  }

  function clientOf(listener: Listener, mechanism: Mechanism | undefined): Kafka {
    const configuration = configurationOf(listener);
    return new Kafka(
      mechanism === undefined
        ? configuration
        : { ...configuration, sasl: { mechanism, ...kafka.credentials } as SASLOptions },
    );
  }

  function javaOverSaslSsl(): Record<string, string> {
    const { username, password } = kafka.credentials;
    const module = "org.apache.kafka.common.security.scram.ScramLoginModule";
    return {
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "SCRAM-SHA-256",
      "sasl.jaas.config": `${module} required username="${username}" password="${password}";`,
      "ssl.truststore.type": "PEM",
      "ssl.truststore.location": kafka.certificates.caPath,
    };
  }
});

/** A topic that is created by being used answers with errors at first. */
async function createTopic(client: Kafka, topic: string): Promise<void> {
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
  await admin.disconnect();
}

async function untilTaken(attempt: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function send(client: Kafka, topic: string, values: readonly string[]): Promise<void> {
  const producer = client.producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

async function receive(client: Kafka, topic: string, count: number): Promise<string[]> {
  const consumer = client.consumer({ groupId: `${topic}-readers`, maxWaitTimeInMs: 100 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = async ({ message }: { message: { value: Buffer | null } }) => {
      values.push(String(message.value));
      if (values.length === count) resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

function runWithInput({ command, args }: Invocation, input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += String(chunk);
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`ended with ${code}: ${errors}`)),
    );
    child.stdin.end(input);
  });
}
