import { Consumer as PlatformaticConsumer, stringDeserializers } from "@platformatic/kafka";
import { decodeMessage, KafkaMessageBus } from "@wirekit/message-bus";
import { Kafka as Kafkajs, logLevel } from "kafkajs";
import type { KafkaServer } from "../servers/kafka-server.ts";

/** Messages that are in one partition of a topic, and what has to be done with each. */
export interface Reading {
  readonly topic: string;
  readonly messages: number;
  readonly handle: () => unknown;
}

/** Handlers of `concurrency` keys at once; ends when the last message is handled and committed. */
export async function readWithBus(
  { bootstrapServers }: KafkaServer,
  { topic, messages, handle, concurrency }: Reading & { readonly concurrency: number },
): Promise<void> {
  const bus = new KafkaMessageBus({ bootstrapServers, securityProtocol: "PLAINTEXT" });
  const consumer = bus.consume({ target: topic, concurrency }, handle);
  try {
    await new Promise<void>((resolve, reject) => {
      let handled = 0;
      consumer.on("processed", ({ outcome, error }) => {
        if (outcome !== "handled") return reject(new Error(`a message was ${outcome}`, { cause: error }));
        handled += 1;
        if (handled === messages) resolve();
      });
      consumer.closed.catch(reject);
    });
  } finally {
    await bus.close();
  }
}

/** One after the other, committed after each batch. */
export async function readWithEachBatch(
  server: KafkaServer,
  { topic, messages, handle }: Reading,
): Promise<void> {
  await withKafkajs(server, topic, async (consumer, done) => {
    let handled = 0;
    await consumer.run({
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) {
          decodeMessage(String(value));
          handle();
        }
        handled += batch.messages.length;
        if (handled >= messages) done();
      },
    });
  });
}

/** One after the other, committed now and then. */
export async function readWithEachMessage(
  server: KafkaServer,
  { topic, messages, handle }: Reading,
): Promise<void> {
  await withKafkajs(server, topic, async (consumer, done) => {
    let handled = 0;
    await consumer.run({
      eachMessage: async ({ message }) => {
        decodeMessage(String(message.value));
        await handle();
        handled += 1;
        if (handled >= messages) done();
      },
    });
  });
}

async function withKafkajs(
  { bootstrapServers }: KafkaServer,
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

/** One after the other from its stream, committed as they are fetched. */
export async function readWithPlatformatic(
  { bootstrapServers }: KafkaServer,
  { topic, messages, handle }: Reading,
): Promise<void> {
  const consumer = new PlatformaticConsumer({
    groupId: `${topic}-group`,
    clientId: "bench",
    bootstrapBrokers: [bootstrapServers],
    deserializers: stringDeserializers,
  });
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode: "earliest",
      autocommit: true,
      maxWaitTime: 500,
    });
    let handled = 0;
    for await (const { value } of stream) {
      decodeMessage(value);
      await handle();
      handled += 1;
      if (handled === messages) break;
    }
  } finally {
    await consumer.close(true);
  }
}
