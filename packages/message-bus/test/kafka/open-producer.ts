import { silentLogger } from "@wirekit/core";
import { type Kafka, type KafkaOptions, startKafka } from "@wirekit/devstack/kafka";
import { KafkajsDriver } from "../../src/kafka/driver/kafkajs-driver.ts";
import { type KafkaMessageBusOptions, resolveKafkaOptions } from "../../src/kafka/kafka-options.ts";
import { KafkaProducer } from "../../src/kafka/producer/kafka-producer.ts";
import { OutgoingRecord } from "../../src/kafka/producer/outgoing-record.ts";

/** A producer on an embedded broker. */
export interface OpenProducer {
  readonly broker: Kafka;
  readonly driver: KafkajsDriver;
  readonly producer: KafkaProducer<string>;
}

const closers: (() => Promise<unknown>)[] = [];

/** Closes everything that was opened since. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export async function openBroker(options: KafkaOptions = {}): Promise<Kafka> {
  const broker = await startKafka(options);
  closers.push(() => broker.close());
  return broker;
}

export async function openProducer(
  options: KafkaMessageBusOptions = {},
  brokerOptions: KafkaOptions = {},
): Promise<OpenProducer> {
  const broker = await openBroker({ topics: { payments: 3 }, ...brokerOptions });
  return { broker, ...producerOn(broker, options) };
}

export function producerOn(broker: Pick<Kafka, "bootstrapServers">, options: KafkaMessageBusOptions = {}) {
  const resolved = resolveKafkaOptions({
    bootstrapServers: broker.bootstrapServers,
    securityProtocol: "PLAINTEXT",
    logger: silentLogger,
    ...options,
  });
  const driver = new KafkajsDriver(resolved);
  const producer = new KafkaProducer<string>(driver, resolved);
  closers.push(async () => {
    await producer.close({ timeoutMs: 1_000 });
    await driver.close();
  });
  return { driver, producer };
}

export function record(value: string, facts: { readonly topic?: string; readonly key?: string } = {}) {
  const { topic = "payments", key } = facts;
  return new OutgoingRecord<string>({ topic, key, value, headers: {}, origin: value });
}
