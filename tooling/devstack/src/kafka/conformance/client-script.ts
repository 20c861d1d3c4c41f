import {
  CompressionTypes,
  type Consumer,
  type EachMessagePayload,
  Kafka,
  type KafkaConfig,
  KafkaJSProtocolError,
  logLevel,
} from "kafkajs";
import { type Transcript, TranscriptWriter } from "./transcript.ts";
import { until } from "./until.ts";

/**
 * Has kafkajs use a broker as programs do, and gives what the program sees. `prefix` must be new with every
 * run against the same broker.
 */
export async function clientTranscript(config: KafkaConfig, prefix: string): Promise<Transcript> {
  const log = new TranscriptWriter(prefix);
  // By itself it waits a second for a connection, which a busy machine may exceed.
  const common = { logLevel: logLevel.NOTHING, connectionTimeout: 30_000, ...config };
  await warmUp(new Kafka(common), log);
  // Few retries, so that what fails for good fails soon.
  const kafka = new Kafka({ retry: { initialRetryTime: 30, retries: 5 }, ...common });
  await topics(kafka, log);
  await producing(kafka, log);
  await consuming(kafka, log);
  await handOver(kafka, log);
  return log.transcript;
}

/**
 * A broker that has never seen a group takes its time for the first one, and says meanwhile that it
 * coordinates none. kafkajs does not ask again here.
 */
async function warmUp(kafka: Kafka, log: TranscriptWriter): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const groupId = log.name("warm-up");
  await until(async () => {
    try {
      await admin.fetchOffsets({ groupId });
      return true;
    } catch (error) {
      if (error instanceof KafkaJSProtocolError && error.retriable) return false;
      throw error;
    }
  });
  await admin.disconnect();
}

async function topics(kafka: Kafka, log: TranscriptWriter): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const topic = log.name("topics");
  const create = (entry: { topic: string; numPartitions?: number; replicationFactor?: number }) =>
    outcome(() => admin.createTopics({ topics: [entry] }));
  log.note("admin: makes a topic", await create({ topic, numPartitions: 2 }));
  log.note("admin: makes it again", await create({ topic, numPartitions: 2 }));
  log.note("admin: a name that cannot be", await create({ topic: "not a name" }));
  log.note(
    "admin: more replicas than nodes",
    await create({ topic: log.name("replicas"), replicationFactor: 9 }),
  );
  const existing = await admin.listTopics();
  log.note("admin: lists it", existing.includes(topic));
  const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
  log.note(
    "admin: describes it",
    metadata.topics.map(({ name, partitions }) => ({ name, count: partitions.length })),
  );
  log.note("admin: offsets of an empty topic", (await admin.fetchTopicOffsets(topic)).toSorted(byPartition));
  log.note("admin: offsets of an unknown topic", await outcome(() => admin.fetchTopicOffsets("not a name")));
  log.note(
    "admin: offsets of an unknown group",
    await admin.fetchOffsets({ groupId: log.name("nobody"), topics: [topic] }),
  );
  log.note("admin: takes it away", await outcome(() => admin.deleteTopics({ topics: [topic] })));
  await until(async () => !(await admin.listTopics()).includes(topic));
  log.note("admin: takes it away again", await outcome(() => admin.deleteTopics({ topics: [topic] })));
  await admin.disconnect();
}

async function producing(kafka: Kafka, log: TranscriptWriter): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const topic = log.name("producing");
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = ["a", "b", "c", "d", "a"].map((key, index) => ({
    key,
    value: `${index}`,
    timestamp: `${1_700_000_000_000 + index}`,
  }));
  log.note("producer: sends by key", (await producer.send({ topic, messages })).toSorted(byPartition));
  log.note(
    "producer: sends compressed",
    await producer.send({
      topic,
      compression: CompressionTypes.GZIP,
      messages: [{ partition: 0, value: "z".repeat(1_000) }],
    }),
  );
  log.note(
    "producer: one acknowledgement",
    await producer.send({ topic, acks: 1, messages: [{ partition: 1, value: "x" }] }),
  );
  log.note(
    "producer: no acknowledgement",
    await producer.send({ topic, acks: 0, messages: [{ partition: 1, value: "x" }] }),
  );
  const large = [{ partition: 0, value: "x".repeat(1_100_000) }];
  log.note(
    "producer: a message that is too large",
    await outcome(() => producer.send({ topic, messages: large })),
  );
  log.note(
    "producer: an unknown topic",
    await outcome(() => producer.send({ topic: log.name("unknown"), messages: [{ value: "x" }] })),
  );
  await producer.disconnect();

  const idempotent = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await idempotent.connect();
  for (const value of ["a", "b", "c"])
    log.note(
      `producer: idempotent ${value}`,
      await idempotent.send({ topic, messages: [{ partition: 2, value }] }),
    );
  await idempotent.disconnect();

  const maker = kafka.producer({ allowAutoTopicCreation: true });
  await maker.connect();
  log.note(
    "producer: a topic made on the way",
    await maker.send({ topic: log.name("auto"), messages: [{ value: "x" }] }),
  );
  await maker.disconnect();
  log.note("admin: offsets", (await admin.fetchTopicOffsets(topic)).toSorted(byPartition));
  const times = await admin.fetchTopicOffsetsByTimestamp(topic, 1_700_000_000_002);
  log.note("admin: offsets by time", times.toSorted(byPartition));
  await admin.disconnect();
}

async function consuming(kafka: Kafka, log: TranscriptWriter): Promise<void> {
  const topic = log.name("consuming");
  const groupId = log.name("consuming-group");
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await producer.send({
    topic,
    messages: [
      {
        key: "k",
        value: "with a header",
        headers: { trace: "1", many: ["2", "3"] },
        timestamp: "1700000000000",
      },
      { key: null, value: "without a key", timestamp: "1700000000001" },
      { key: "k", value: null, timestamp: "1700000000002" },
    ],
  });
  const seen: unknown[] = [];
  const first = await started(
    kafka,
    groupId,
    topic,
    async ({ message }) => {
      const { offset, key, value, headers, timestamp } = message;
      seen.push({ offset, key, value, headers, timestamp });
    },
    { autoCommit: false },
  );
  await until(() => seen.length === 3);
  log.note("consumer: reads from the beginning", seen);
  await first.commitOffsets([{ topic, partition: 0, offset: "2", metadata: "two" }]);
  log.note("consumer: commits", await admin.fetchOffsets({ groupId, topics: [topic] }));
  await first.disconnect();

  const values: string[] = [];
  const second = await started(kafka, groupId, topic, async ({ message }) => {
    values.push(`${message.offset} ${message.value}`);
  });
  await until(() => values.length === 1);
  await producer.send({ topic, messages: [{ value: "later" }] });
  await until(() => values.length === 2);
  log.note("consumer: goes on where the group was", [...values]);
  second.seek({ topic, partition: 0, offset: "1" });
  await until(() => values.length >= 5);
  log.note("consumer: seeks back", [...values]);
  second.seek({ topic, partition: 0, offset: "999" });
  await until(() => values.length >= 9);
  log.note("consumer: seeks beyond the end and begins anew", [...values]);
  await second.disconnect();
  log.note("consumer: commits by itself", await admin.fetchOffsets({ groupId }));

  const hasty = kafka.consumer({ groupId: log.name("hasty"), sessionTimeout: 10, heartbeatInterval: 5 });
  await hasty.connect();
  await hasty.subscribe({ topic });
  const crash = new Promise((resolve) =>
    hasty.on("consumer.crash", ({ payload }) => resolve(described(payload.error))),
  );
  const run = outcome(() => hasty.run({ eachMessage: async () => {} }));
  log.note("consumer: a session time-out that is too short", await Promise.race([crash, run]));
  await hasty.disconnect();
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

/** Two members share a topic; one leaves, and the other goes on with what it had. */
async function handOver(kafka: Kafka, log: TranscriptWriter): Promise<void> {
  const topic = log.name("hand-over");
  const groupId = log.name("hand-over-group");
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }] });
  const send = (round: string) =>
    producer.send({
      topic,
      messages: [0, 1].map((partition) => ({ partition, value: `${round}-${partition}` })),
    });

  const handled: string[] = [];
  const into =
    (seen: string[]) =>
    async ({ message }: EachMessagePayload) => {
      seen.push(`${message.value}`);
      handled.push(`${message.value}`);
    };
  const one: string[] = [];
  const two: string[] = [];
  const assigned = new Map<string, number>();
  const first = await started(kafka, groupId, topic, into(one), {
    onAssigned: (count) => assigned.set("one", count),
  });
  await send("alone");
  await until(() => handled.length === 2);
  log.note("hand-over: one member has all", { assigned: assigned.get("one"), handled: handled.toSorted() });
  const second = await started(kafka, groupId, topic, into(two), {
    onAssigned: (count) => assigned.set("two", count),
  });
  await until(() => assigned.get("one") === 1 && assigned.get("two") === 1);
  await send("shared");
  await until(() => handled.length === 4);
  log.note("hand-over: each member has one", {
    one: one.length,
    two: two.length,
    handled: handled.toSorted(),
  });
  await first.disconnect();
  await until(() => assigned.get("two") === 2);
  await send("left");
  await until(() => handled.length === 6);
  log.note("hand-over: the other has all, and nothing comes twice", handled.toSorted());
  await second.disconnect();
  const committed = await admin.fetchOffsets({ groupId, topics: [topic] });
  log.note(
    "hand-over: what the group has committed",
    committed.map((entry) => entry.partitions.toSorted(byPartition)),
  );
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

interface StartOptions {
  readonly autoCommit?: boolean;
  /** Told of how many partitions the consumer got, each time it joins. */
  readonly onAssigned?: (partitionCount: number) => void;
}

/** A consumer that is in its group. */
async function started(
  kafka: Kafka,
  groupId: string,
  topic: string,
  eachMessage: (payload: EachMessagePayload) => Promise<void>,
  { autoCommit = true, onAssigned = () => {} }: StartOptions = {},
): Promise<Consumer> {
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 100,
    heartbeatInterval: 100,
    sessionTimeout: 20_000,
  });
  consumer.on("consumer.group_join", ({ payload }) =>
    onAssigned((payload.memberAssignment[topic] ?? []).length),
  );
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on("consumer.group_join", resolve));
  await consumer.run({ eachMessage, autoCommit });
  await joined;
  return consumer;
}

/** What a program learns of a call: its result, or what it can tell the error by. */
async function outcome(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { result: await call() };
  } catch (error) {
    return described(error);
  }
}

function described(error: unknown): unknown {
  const { name, type, code, retriable, cause, errors } = error as Readonly<Record<string, unknown>>;
  return {
    error: { name, type, code, retriable },
    ...(cause === undefined ? {} : { cause: described(cause) }),
    ...(Array.isArray(errors) ? { errors: errors.map(described) } : {}),
  };
}

function byPartition(left: { readonly partition: number }, right: { readonly partition: number }): number {
  return left.partition - right.partition;
}
