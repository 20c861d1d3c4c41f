import { setTimeout as pause } from "node:timers/promises";
import { decodeMessage, encodeMessage, KafkaMessageBus } from "@wirekit/message-bus";
import { Kafka as Kafkajs, logLevel } from "kafkajs";
import { type BenchmarkCase, comparisonTable } from "../harness/benchmark-case.ts";
import { type Contender, compare } from "../harness/compare.ts";
import { judgeRatio } from "../harness/goals.ts";
import { type KafkaProcess, startKafkaProcess } from "../servers/kafka-process.ts";

const operations = 20_000;
const keys = 100;
const slowMs = 5;
/** One at a time, all of them would take minutes: so many are measured, and their rate is what counts. */
const oneByOne = 500;
const names = { ours: "KafkaMessageBus.consume", batch: "kafkajs eachBatch", message: "kafkajs eachMessage" };

/** A handler that is done at once: what a message costs by itself. */
export const kafkaConsuming: BenchmarkCase = {
  name: "kafka-consuming",
  run: ({ rounds }) =>
    consumeAll(rounds, {
      name: "kafka-consuming",
      title: "a handler that is done at once",
      peer: names.batch,
      atLeast: 0.9,
      contenders: (server) => [ours(server, () => undefined), eachBatch(server)],
      notes: [`${names.batch}: decodes each message, handles one after the other, commits after each batch`],
    }),
};

/** A handler that waits, in one partition: what ordered concurrency is for. */
export const kafkaConsumingSlow: BenchmarkCase = {
  name: "kafka-consuming-slow",
  run: ({ rounds }) =>
    consumeAll(Math.min(rounds, 3), {
      name: "kafka-consuming-slow",
      title: `a handler of ${slowMs} ms`,
      peer: names.message,
      atLeast: 20,
      contenders: (server) => [ours(server, () => pause(slowMs)), eachMessage(server)],
      notes: [`${names.message}: measured with ${oneByOne} messages and counted up; at most 3 rounds`],
    }),
};

interface Consuming {
  readonly name: string;
  readonly title: string;
  readonly peer: string;
  readonly atLeast: number;
  readonly contenders: (server: KafkaProcess) => readonly Consumption[];
  readonly notes: readonly string[];
}

/** One way to consume a topic that is full. */
interface Consumption {
  readonly name: string;
  /** How many messages it is given, of which it is counted up to `operations`. */
  readonly messages: number;
  readonly run: (topic: string) => Promise<void>;
}

async function consumeAll(rounds: number, consuming: Consuming) {
  const { name, title, peer, atLeast, notes } = consuming;
  const server = await startKafkaProcess();
  try {
    let topics = 0;
    const measured = [];
    const contenders = consuming.contenders(server).map((consumption): Contender & Consumption => {
      let topic = "";
      return {
        ...consumption,
        // A topic and a group for each run: every one begins with the same messages.
        prepare: async () => {
          topics += 1;
          topic = `payments-${topics}`;
          await fill(server, topic, consumption.messages);
        },
        run: () => consumption.run(topic),
      };
    });
    const byCount = new Map<number, Contender[]>();
    for (const contender of contenders) {
      byCount.set(contender.messages, [...(byCount.get(contender.messages) ?? []), contender]);
    }
    const traffic = () => server.traffic("Fetch");
    for (const [count, group] of byCount)
      measured.push(...(await compare(group, { rounds, operations: count, traffic })));
    return {
      name,
      title: `${operations.toLocaleString("en")} messages of ${keys} keys in one partition; ${title}`,
      ...comparisonTable(measured, { peer, unit: "messages", serverTime: "shown" }),
      goals: [judgeRatio({ contender: names.ours, peer, atLeast }, measured)],
      notes: [...notes, "requests: fetches"],
      results: measured,
    };
  } finally {
    await server.close();
  }
}

function ours({ bootstrapServers }: KafkaProcess, handle: () => unknown): Consumption {
  return {
    name: names.ours,
    messages: operations,
    run: async (target) => {
      const bus = new KafkaMessageBus({ bootstrapServers, securityProtocol: "PLAINTEXT" });
      const consumer = bus.consume({ target, concurrency: keys }, handle);
      try {
        await new Promise<void>((resolve, reject) => {
          let handled = 0;
          consumer.on("processed", ({ outcome, error }) => {
            if (outcome !== "handled") return reject(new Error(`a message was ${outcome}`, { cause: error }));
            handled += 1;
            if (handled === operations) resolve();
          });
          consumer.closed.catch(reject);
        });
      } finally {
        await bus.close();
      }
    },
  };
}

function eachBatch(server: KafkaProcess): Consumption {
  return {
    name: names.batch,
    messages: operations,
    run: (topic) =>
      withConsumer(server, topic, async (consumer, done) => {
        let handled = 0;
        await consumer.run({
          eachBatchAutoResolve: true,
          eachBatch: async ({ batch }) => {
            for (const { value } of batch.messages) decodeMessage(String(value));
            handled += batch.messages.length;
            if (handled >= operations) done();
          },
        });
      }),
  };
}

function eachMessage(server: KafkaProcess): Consumption {
  return {
    name: names.message,
    messages: oneByOne,
    run: (topic) =>
      withConsumer(server, topic, async (consumer, done) => {
        let handled = 0;
        await consumer.run({
          eachMessage: async ({ message }) => {
            decodeMessage(String(message.value));
            await pause(slowMs);
            handled += 1;
            if (handled >= oneByOne) done();
          },
        });
      }),
  };
}

async function withConsumer(
  { bootstrapServers }: KafkaProcess,
  topic: string,
  run: (consumer: ReturnType<Kafkajs["consumer"]>, done: () => void) => Promise<void>,
): Promise<void> {
  const kafkajs = new Kafkajs({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING });
  const consumer = kafkajs.consumer({ groupId: `${topic}-group`, maxWaitTimeInMs: 500 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => void run(consumer, resolve).catch(reject));
  } finally {
    await consumer.disconnect();
  }
}

async function fill(server: KafkaProcess, topic: string, count: number): Promise<void> {
  await server.createTopic(topic, 1);
  const { bootstrapServers } = server;
  const producer = new Kafkajs({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const value = encodeMessage(sampleDictionary);
  for (let first = 0; first < count; first += 500) {
    const length = Math.min(500, count - first);
    const messages = Array.from({ length }, (_, index) => ({ key: `user-${(first + index) % keys}`, value }));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}

/** A valid message, of about 250 bytes as JSON. */
const sampleDictionary = {
  meta_data: {
    source: "BANKING_SERVICE",
    created_at: "2021-01-01T00:00:00Z",
    token: "your.jwt.token",
    idempotency_key: "unique-key",
    instruction_type: "STATUS_UPDATE",
  },
  payload: { reference: "REF-1", status: "APPROVED", message: "x".repeat(20) },
};
