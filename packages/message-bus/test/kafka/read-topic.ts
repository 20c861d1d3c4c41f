import type { Kafka } from "@wirekit/devstack/kafka";
import { type EachMessagePayload, type KafkaConfig, Kafka as Kafkajs, logLevel } from "kafkajs";

/** A record as it stands in a topic. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: string | undefined;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client that is not ours, to look at what ours have done. */
export function stranger(broker: Pick<Kafka, "addresses">, options: Partial<KafkaConfig> = {}): Kafkajs {
  return new Kafkajs({
    brokers: [...broker.addresses],
    clientId: "stranger",
    logLevel: logLevel.NOTHING,
    ...options,
  });
}

/** Everything that is in a topic, by partition and offset. */
export async function readTopic(broker: Kafka, topic: string): Promise<readonly StoredRecord[]> {
  const messages = await readMessages(broker, topic);
  return messages.map(({ partition, message }) => ({
    partition,
    offset: Number(message.offset),
    key: message.key?.toString(),
    value: message.value?.toString() ?? "",
    headers: Object.fromEntries(
      Object.entries(message.headers ?? {}).map(([name, text]) => [name, String(text)]),
    ),
  }));
}

/** As kafkajs reads it: keys, values and headers are bytes. */
export type StoredMessage = Pick<EachMessagePayload, "partition" | "message">;

/** The same, as bytes. */
export async function readMessages(broker: Kafka, topic: string): Promise<readonly StoredMessage[]> {
  const kafka = stranger(broker);
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  const due = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const records: StoredMessage[] = [];
  if (due === 0) return records;
  const consumer = kafka.consumer({ groupId: `reader-of-${topic}-${Math.random()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on("consumer.crash", ({ payload }) => reject(payload.error));
    void consumer.run({
      eachMessage: async ({ partition, message }) => {
        records.push({ partition, message });
        if (records.length === due) resolve();
      },
    });
  });
  await consumer.disconnect();
  return records.sort(
    (one, other) =>
      one.partition - other.partition || Number(one.message.offset) - Number(other.message.offset),
  );
}
