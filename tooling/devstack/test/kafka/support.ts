import { afterEach, expect, jest } from "@jest/globals";
import { Kafka as Client, type Consumer, type KafkaConfig, logLevel } from "kafkajs";
import { RawClient } from "../../src/kafka/conformance/raw-client.ts";
import { until } from "../../src/kafka/conformance/until.ts";
import { type Kafka, type KafkaOptions, startKafka } from "../../src/kafka/index.ts";

export { until };

// Nothing here takes a second by itself; on a machine that has other things to do, it may take several.
jest.setTimeout(60_000);

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  // Clients first: what is left of them would go on looking for a broker that is gone.
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Has something ended when the test is over, whatever became of it. */
export function atTheEnd(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** A broker for one test. What must never happen inside it fails the test. */
export async function broker(options: KafkaOptions = {}): Promise<Kafka> {
  const errors: unknown[] = [];
  const started = await startKafka({ onInternalError: (error) => errors.push(error), ...options });
  atTheEnd(async () => {
    await started.close();
    expect(errors).toEqual([]);
  });
  return started;
}

/**
 * kafkajs as a program would have it, only quiet and less patient; but a busy machine may take longer to
 * connect than its second.
 */
export function client(kafka: Kafka, config: Partial<KafkaConfig> = {}): Client {
  const retry = { initialRetryTime: 20, retries: 6, ...config.retry };
  const brokers = [...kafka.addresses];
  return new Client({ brokers, logLevel: logLevel.NOTHING, connectionTimeout: 30_000, ...config, retry });
}

/** A producer that is connected. */
export async function producer(kafka: Client, options: Parameters<Client["producer"]>[0] = {}) {
  const connected = kafka.producer(options);
  await connected.connect();
  atTheEnd(() => connected.disconnect());
  return connected;
}

/** An admin client that is connected. */
export async function admin(kafka: Client) {
  const connected = kafka.admin();
  await connected.connect();
  atTheEnd(() => connected.disconnect());
  return connected;
}

/** A consumer that is in its group, and what it has seen. */
export interface Reader {
  readonly consumer: Consumer;
  /** Values in the order in which they were handled. */
  readonly values: readonly string[];
  /** How many partitions it got, for each time it joined. */
  readonly assigned: readonly number[];
}

export async function reader(
  kafka: Client,
  { topic, groupId = "group" }: { readonly topic: string; readonly groupId?: string },
): Promise<Reader> {
  const values: string[] = [];
  const assigned: number[] = [];
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    heartbeatInterval: 50,
    sessionTimeout: 20_000,
    rebalanceTimeout: 20_000,
  });
  consumer.on("consumer.group_join", ({ payload }) => {
    assigned.push((payload.memberAssignment[topic] ?? []).length);
  });
  await consumer.connect();
  atTheEnd(() => consumer.disconnect());
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      values.push(String(message.value));
    },
  });
  await until(() => assigned.length > 0);
  return { consumer, values, assigned };
}

/** A connection that sends what it is told to. */
export async function raw(kafka: Kafka, nodeId = 1): Promise<RawClient> {
  const connection = await RawClient.open(kafka.addresses[nodeId - 1] ?? "");
  atTheEnd(() => connection.close());
  return connection;
}

/** How many records were ever appended to a partition. */
export async function endOffset(kafka: Kafka, topic: string, partition = 0): Promise<number> {
  const connection = await raw(kafka, kafka.leaderOf({ topic, partition }));
  const partitions = [{ index: partition, timestamp: -1n }];
  const answer = await connection.request("ListOffsets", 1, {
    replicaId: -1,
    topics: [{ name: topic, partitions }],
  });
  connection.close();
  return answer === "closed" ? Number.NaN : Number(answer.topics[0]?.partitions[0]?.offset);
}

/** What a program can tell an error by, and the errors behind it. */
export async function failureOf(call: Promise<unknown>): Promise<readonly (string | undefined)[]> {
  const [error] = await Promise.allSettled([call]);
  const chain: (string | undefined)[] = [];
  let reason = error.status === "rejected" ? error.reason : undefined;
  for (; reason; reason = reason.cause) chain.push(reason.type ?? reason.name);
  return chain;
}
