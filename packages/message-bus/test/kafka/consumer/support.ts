import { expect, jest } from "@jest/globals";
import { type Logger, silentLogger, systemClock } from "@wirekit/core";
import { type ConsumerOptions, createConsumer } from "@wirekit/core/inbound";
import { type Kafka, type KafkaOptions, startKafka } from "@wirekit/devstack/kafka";
import { Partitioners } from "kafkajs";
import type { KafkaDelivery } from "../../../src/kafka/consumer/kafka-delivery.ts";
import { KafkaReceiver } from "../../../src/kafka/consumer/kafka-receiver.ts";
import { KafkaSource } from "../../../src/kafka/consumer/kafka-source.ts";
import type { KafkaSourceOptions } from "../../../src/kafka/consumer/kafka-source-options.ts";
import { KafkajsMember } from "../../../src/kafka/driver/kafkajs-member.ts";
import type { KafkaDriver, MemberOptions } from "../../../src/kafka/kafka-driver.ts";
import { stranger } from "../read-topic.ts";
import { atTheEnd } from "../side-by-side.ts";
import { errorOf, kafkajsClient } from "./kafkajs-client.ts";

export { until } from "@wirekit/core/testing";

// Nothing here takes a second by itself; on a machine that has other things to do, it may take several.
jest.setTimeout(120_000);

/** A broker for one test. What must never happen inside it fails the test. */
export async function broker(options: KafkaOptions = {}): Promise<Kafka> {
  const errors: unknown[] = [];
  const started = await startKafka({
    onInternalError: (error) => errors.push(error),
    minSessionTimeoutMs: 100,
    ...options,
  });
  atTheEnd(async () => {
    await started.close();
    expect(errors).toEqual([]);
  });
  return started;
}

interface ClientOptions {
  readonly clientId?: string | undefined;
  readonly metadataMaxAgeMs?: number | undefined;
}

/** Openers of members of the group `group`, which read `topic`. */
export function memberDriver(
  kafka: Kafka,
  { clientId = "test", metadataMaxAgeMs = 300_000 }: ClientOptions = {},
): Pick<KafkaDriver, "openMember"> {
  return {
    openMember: (options) =>
      new KafkajsMember(options, {
        open: () => kafkajsClient(kafka.addresses, clientId),
        errorOf,
        topicCreation: "allow",
        metadataMaxAgeMs,
        clock: systemClock,
        random: Math.random,
      }),
  };
}

export function memberOptions(options: Partial<MemberOptions> = {}): MemberOptions {
  return {
    topic: "payments",
    groupId: "group",
    startAt: "earliest",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    heartbeatIntervalMs: 50,
    maxWaitMs: 50,
    maxBytesPerPartition: 1024 * 1024,
    maxBytes: 10 * 1024 * 1024,
    assignors: ["range", "roundrobin"],
    ...options,
  };
}

type Options = Partial<Omit<KafkaSourceOptions, "member">> &
  Partial<Pick<ConsumerOptions<KafkaDelivery, string>, "concurrency" | "deadLetter" | "retry">> & {
    readonly member?: Partial<MemberOptions>;
    readonly logger?: Logger;
  } & ClientOptions;

/** A consumer over the source under test. */
export function consume(
  kafka: Kafka,
  handler: (delivery: KafkaDelivery, signal: AbortSignal) => unknown,
  { member, clientId, metadataMaxAgeMs, concurrency = 100, deadLetter, retry, ...options }: Options = {},
) {
  const source = new KafkaSource({
    driver: memberDriver(kafka, { clientId, metadataMaxAgeMs }),
    commitIntervalMs: 20,
    logger: silentLogger,
    ...options,
    member: memberOptions(member),
  });
  const consumer = createConsumer<KafkaDelivery, string>(
    {
      source,
      concurrency,
      capacity: Number.POSITIVE_INFINITY,
      decode: ({ body }) => body,
      deadLetter,
      retry: { baseDelayMs: 20, maxDelayMs: 100, ...retry },
      logger: options.logger ?? silentLogger,
    },
    (_, { delivery, signal }) => handler(delivery, signal),
  );
  atTheEnd(() => consumer.close({ timeoutMs: 2_000 }));
  return { source, consumer };
}

/** A receiver over the source under test. */
export function receiver(
  kafka: Kafka,
  {
    member,
    clientId,
    metadataMaxAgeMs,
    ...options
  }: Partial<Omit<KafkaSourceOptions, "member">> &
    Pick<Options, "member" | "clientId" | "metadataMaxAgeMs"> = {},
): KafkaReceiver {
  const opened = new KafkaReceiver({
    driver: memberDriver(kafka, { clientId, metadataMaxAgeMs }),
    commitIntervalMs: 20,
    logger: silentLogger,
    ...options,
    member: memberOptions(member),
  });
  atTheEnd(() => opened.close({ timeoutMs: 2_000 }));
  return opened;
}

/** Writes records, `key value`, to partition 0 or to the one that is named. */
export async function produce(
  kafka: Kafka,
  records: readonly {
    readonly key?: string | null;
    readonly value: string | null;
    readonly partition?: number;
  }[],
  topic = "payments",
): Promise<void> {
  const client = stranger(kafka, { clientId: "writer", retry: { retries: 8, initialRetryTime: 20 } });
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({
    topic,
    messages: records.map(({ key, value, partition = 0 }) => ({ key: key ?? null, value, partition })),
  });
  await producer.disconnect();
}

/** What a group has committed for a partition. */
export async function committed(kafka: Kafka, { groupId = "group", topic = "payments", partition = 0 } = {}) {
  const client = stranger(kafka, { clientId: "reader", retry: { retries: 8, initialRetryTime: 20 } });
  const admin = client.admin();
  await admin.connect();
  try {
    const [offsets] = await admin.fetchOffsets({ groupId, topics: [topic] });
    return Number(offsets?.partitions.find((one) => one.partition === partition)?.offset ?? -1);
  } finally {
    await admin.disconnect();
  }
}
