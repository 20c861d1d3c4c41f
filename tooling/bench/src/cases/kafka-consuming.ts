import { setTimeout as pause } from "node:timers/promises";
import { encodeMessage } from "@wirekit/message-bus";
import { Kafka as Kafkajs, logLevel } from "kafkajs";
import { type BenchmarkCase, type CaseReport, comparisonTable } from "../harness/benchmark-case.ts";
import { type Contender, compare } from "../harness/compare.ts";
import { judgeRate, judgeRatio, requestsOf } from "../harness/goals.ts";
import type { KafkaServer, KafkaSetup } from "../servers/kafka-server.ts";
import {
  type Reading,
  readWithBus,
  readWithEachBatch,
  readWithEachMessage,
  readWithPlatformatic,
} from "./kafka-consumers.ts";
import { sampleStatusUpdate } from "./sample-status-update.ts";

/**
 * So many that what it takes to join, and until the code of either is compiled, counts for little beside
 * them.
 */
const quickMessages = 100_000;
const slowMessages = 20_000;
const keys = 100;
const slowMs = 5;
/** One at a time, all of them would take minutes: so many are measured, and their rate is what counts. */
const oneByOne = 500;
const names = {
  ours: "KafkaMessageBus.consume",
  batch: "kafkajs eachBatch",
  message: "kafkajs eachMessage",
  platformatic: "@platformatic/kafka",
};

/** A handler that is done at once: what a message costs by itself. */
export const kafkaConsuming = (setup: KafkaSetup): BenchmarkCase => ({
  name: "kafka-consuming",
  needs: setup.needs,
  run: ({ rounds }) =>
    consumeAll(setup, {
      name: "kafka-consuming",
      rounds,
      messages: quickMessages,
      title: "a handler that is done at once",
      peer: names.batch,
      atLeast: 0.9,
      atLeastOfOriginal: 20,
      handle: () => undefined,
      peers: [{ name: names.batch, messages: quickMessages, read: readWithEachBatch }],
      platformaticMessages: quickMessages,
      notes: [`${names.batch}: decodes each message, handles one after the other, commits after each batch`],
    }),
});

/** A handler that waits, in one partition: what ordered concurrency is for. */
export const kafkaConsumingSlow = (setup: KafkaSetup): BenchmarkCase => ({
  name: "kafka-consuming-slow",
  needs: setup.needs,
  run: ({ rounds }) =>
    consumeAll(setup, {
      name: "kafka-consuming-slow",
      rounds: Math.min(rounds, 3),
      messages: slowMessages,
      title: `a handler of ${slowMs} ms`,
      peer: names.message,
      atLeast: 20,
      handle: () => pause(slowMs),
      peers: [{ name: names.message, messages: oneByOne, read: readWithEachMessage }],
      platformaticMessages: oneByOne,
      notes: [`the others handle one at a time: measured with ${oneByOne} messages each; at most 3 rounds`],
    }),
});

interface Consuming {
  readonly name: string;
  readonly rounds: number;
  readonly messages: number;
  readonly title: string;
  readonly peer: string;
  readonly atLeast: number;
  /** How many times as fast as the Python original, where that was measured on the same Kafka. */
  readonly atLeastOfOriginal?: number | undefined;
  readonly handle: () => unknown;
  readonly peers: readonly Reader[];
  readonly platformaticMessages: number;
  readonly notes: readonly string[];
}

/** One way to consume a topic that is full. */
interface Reader {
  readonly name: string;
  /** How many messages it is given in a round. */
  readonly messages: number;
  readonly read: (server: KafkaServer, reading: Reading) => Promise<void>;
}

async function consumeAll(setup: KafkaSetup, consuming: Consuming): Promise<CaseReport> {
  const { name, rounds, messages, title, peer, atLeast, peers, platformaticMessages, notes } = consuming;
  const server = await setup.startServer();
  try {
    const readers: readonly Reader[] = [
      {
        name: names.ours,
        messages,
        read: (on, reading) => readWithBus(on, { ...reading, concurrency: keys }),
      },
      ...peers,
      ...(server.protocol === "old"
        ? []
        : [{ name: names.platformatic, messages: platformaticMessages, read: readWithPlatformatic }]),
    ];
    const measured = await compare(contendersOf(readers, server, consuming.handle), {
      rounds,
      operations: messages,
      traffic: () => server.traffic("Fetch"),
    });
    return {
      name,
      server: server.description,
      title: `${messages.toLocaleString("en")} messages of ${keys} keys in one partition; ${title}`,
      ...comparisonTable(measured, { peer, unit: "messages", serverTime: "shown" }),
      goals: [
        judgeRatio({ contender: names.ours, peer, atLeast }, measured),
        ...goalsBesideOriginal(setup, consuming).map((goal) => judgeRate(goal, measured)),
      ],
      notes: [
        ...notes,
        ...(server.protocol === "old"
          ? []
          : [`${names.platformatic}: its stream, one after the other, each fetch committed`]),
        ...(requestsOf(measured, names.ours) === undefined ? [] : ["requests: fetches"]),
      ],
      results: measured,
    };
  } finally {
    await server.close();
  }
}

function contendersOf(
  readers: readonly Reader[],
  server: KafkaServer,
  handle: () => unknown,
): readonly Contender[] {
  let topics = 0;
  return readers.map(({ name, messages, read }): Contender => {
    let topic = "";
    return {
      name,
      operations: messages,
      // A topic and a group for each run: every one begins with the same messages.
      prepare: async () => {
        topics += 1;
        topic = `payments-${topics}`;
        await fill(server, topic, messages);
      },
      run: () => read(server, { topic, messages, handle }),
    };
  });
}

function goalsBesideOriginal({ original }: KafkaSetup, { atLeastOfOriginal }: Consuming) {
  if (original === undefined || atLeastOfOriginal === undefined) return [];
  return [
    {
      contender: names.ours,
      atLeast: atLeastOfOriginal,
      of: "the Python original once was on two cores",
      perSecond: original.receives,
      unit: "messages",
    },
  ];
}

async function fill(server: KafkaServer, topic: string, count: number): Promise<void> {
  await server.createTopic(topic, 1);
  const { bootstrapServers } = server;
  const producer = new Kafkajs({ brokers: [bootstrapServers], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const value = encodeMessage(sampleStatusUpdate);
  for (let first = 0; first < count; first += 500) {
    const length = Math.min(500, count - first);
    const messages = Array.from({ length }, (_, index) => ({ key: `user-${(first + index) % keys}`, value }));
    await producer.send({ topic, messages });
  }
  await producer.disconnect();
}
