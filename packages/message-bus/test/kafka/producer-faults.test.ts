import { describe, expect } from "@jest/globals";
import { ConnectionError, TimeoutError, UnconfirmedError } from "@wirekit/core";
import type { ErrorName, Kafka, KafkaFault } from "@wirekit/devstack/kafka";
import { TopicMissingError } from "../../src/kafka/kafka-errors.ts";
import type { KafkaReceipt } from "../../src/kafka/producer/outgoing-record.ts";
import { openBroker, openProducer, producerOn, record, type TestProducer } from "./open-producer.ts";
import { readTopic } from "./read-topic.ts";
import { eachSideBySide, itSideBySide } from "./side-by-side.ts";

const keys = ["user-1", "user-2", "user-3", "user-4", "user-5"];

/**
 * One round of messages: the same number for each key every time, so that a flush is taken for a copy of
 * another where that can be.
 */
function sendRound(producer: TestProducer, round: number): Promise<KafkaReceipt>[] {
  return keys.map((key) => producer.send(record(`${round}`, { key })));
}

/** Every message of the rounds exactly once, and each key's in order. */
async function expectRounds(broker: Kafka, rounds: readonly number[]): Promise<void> {
  const stored = await readTopic(broker, "payments");
  for (const key of keys) {
    expect({
      key,
      rounds: stored.filter((one) => one.key === key).map(({ value }) => Number(value)),
    }).toEqual({
      key,
      rounds,
    });
  }
}

/** Sends and waits until the request is with the broker, so that what is sent next goes with the next one. */
async function untilAsked(
  broker: Kafka,
  api: "Produce",
  send: () => Promise<unknown>[],
): Promise<Promise<unknown>[]> {
  const before = broker.counts.requests[api];
  const sending = send();
  for (const one of sending) one.catch(() => undefined);
  while (broker.counts.requests[api] === before) await new Promise((resolve) => setImmediate(resolve));
  return sending;
}

const passing: readonly (readonly [string, KafkaFault])[] = [
  ["the connection is lost before a request has its effect", { kind: "close", before: "apply" }],
  ["an answer is lost with the connection", { kind: "close", before: "answer" }],
  ["an answer never comes", { kind: "no-answer" }],
  ["an answer breaks off", { kind: "truncate" }],
  ["an answer is late", { kind: "hold", before: "apply", forMs: 300 }],
  ["the broker leads the partition no more", { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" }],
  ["too few replicas are there", { kind: "error", code: "NOT_ENOUGH_REPLICAS" }],
  ["the broker gave up waiting for replicas", { kind: "error", code: "REQUEST_TIMED_OUT", before: "answer" }],
  [
    "replicas failed after the write",
    { kind: "error", code: "NOT_ENOUGH_REPLICAS_AFTER_APPEND", before: "answer" },
  ],
];

describe("a flush, while the next with equal counts waits", () => {
  eachSideBySide(
    passing,
    ([what]) => `loses and doubles nothing when ${what}`,
    async ([, fault]) => {
      const { producer, broker } = await openProducer({ requestTimeoutMs: 400 });
      await Promise.all(sendRound(producer, 0));
      broker.faults.next(fault, { on: "Produce" });
      const first = await untilAsked(broker, "Produce", () => sendRound(producer, 1));
      const next = sendRound(producer, 2);
      const last = sendRound(producer, 3);
      await Promise.all([...first, ...next, ...last]);
      expect(broker.faults.pending).toBe(0);
      await expectRounds(broker, [0, 1, 2, 3]);
    },
  );

  itSideBySide(
    "is said to be unconfirmed when its answer never comes, and the next is not taken for a copy of it",
    async () => {
      const { producer, broker } = await openProducer({ deliveryTimeoutMs: 3_000 });
      await Promise.all(sendRound(producer, 0));
      broker.faults.next({ kind: "no-answer" }, { on: "Produce" });
      const first = await untilAsked(broker, "Produce", () => sendRound(producer, 1));
      const outcomes = await Promise.allSettled(first);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(UnconfirmedError) });
      }
      // Equal counts for each partition, from a session that has its first sequence numbers still to give.
      await Promise.all(sendRound(producer, 2));
      await expectRounds(broker, [0, 1, 2]);
      expect(broker.counts.requests.InitProducerId).toBe(2);
    },
  );

  itSideBySide("is not sent again when nobody knows what became of it", async () => {
    const { producer, broker } = await openProducer({ deliveryTimeoutMs: 3_000, requestTimeoutMs: 30_000 });
    await Promise.all(sendRound(producer, 0));
    const before = broker.counts.requests.Produce;
    broker.faults.next({ kind: "hold", before: "apply", forMs: 60_000 }, { on: "Produce" });
    await Promise.allSettled(sendRound(producer, 1));
    await Promise.all(sendRound(producer, 2));
    expect(broker.counts.requests.Produce).toBe(before + 2);
    await expectRounds(broker, [0, 2]);
  });
});

describe("a broker that counts otherwise than the producer", () => {
  const errors: readonly ErrorName[] = [
    "OUT_OF_ORDER_SEQUENCE_NUMBER",
    "DUPLICATE_SEQUENCE_NUMBER",
    "INVALID_PRODUCER_EPOCH",
    "UNKNOWN_PRODUCER_ID",
  ];
  eachSideBySide(
    errors,
    (error) => `gets the same messages under another producer id after ${error}`,
    async (error) => {
      const { producer, broker } = await openProducer();
      await Promise.all(sendRound(producer, 0));
      broker.faults.next({ kind: "error", code: error }, { on: "Produce" });
      await Promise.all(sendRound(producer, 1));
      await Promise.all(sendRound(producer, 2));
      await expectRounds(broker, [0, 1, 2]);
      expect(broker.counts.requests.InitProducerId).toBe(2);
    },
  );

  eachSideBySide(
    errors,
    (error) => `is not asked again after ${error} where an earlier request may have been written`,
    async (error) => {
      const { producer, broker } = await openProducer({ requestTimeoutMs: 300 });
      await Promise.all(sendRound(producer, 0));
      broker.faults.next({ kind: "close", before: "answer" }, { on: "Produce" });
      broker.faults.next({ kind: "error", code: error }, { on: "Produce" });
      const outcomes = await Promise.allSettled(sendRound(producer, 1));
      for (const outcome of outcomes)
        expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(UnconfirmedError) });
      await Promise.all(sendRound(producer, 2));
      await expectRounds(broker, [0, 1, 2]);
    },
  );

  itSideBySide("makes a send fail, for now, when it does not stop", async () => {
    // Long enough for a first refusal on a machine that is held up.
    const { producer, broker } = await openProducer({ deliveryTimeoutMs: 3_000 });
    broker.faults.next(
      { kind: "error", code: "OUT_OF_ORDER_SEQUENCE_NUMBER" },
      { on: "Produce", times: 1_000 },
    );
    const sending = producer.send(record("lost"));
    await expect(sending).rejects.toMatchObject({
      kafkaError: "OUT_OF_ORDER_SEQUENCE_NUMBER",
      retryable: true,
    });
    broker.faults.clear();
    expect(await producer.send(record("next"))).toMatchObject({ offset: 0 });
  });
});

describe("the way to a broker", () => {
  const onTheWay: readonly (readonly ["ApiVersions" | "Metadata" | "InitProducerId", KafkaFault])[] = [
    ["ApiVersions", { kind: "close", before: "apply" }],
    ["Metadata", { kind: "close", before: "answer" }],
    ["Metadata", { kind: "truncate" }],
    ["Metadata", { kind: "error", code: "LEADER_NOT_AVAILABLE" }],
    ["Metadata", { kind: "no-answer" }],
    ["InitProducerId", { kind: "close", before: "answer" }],
    ["InitProducerId", { kind: "no-answer" }],
    ["InitProducerId", { kind: "error", code: "COORDINATOR_LOAD_IN_PROGRESS" }],
  ];

  eachSideBySide(
    onTheWay,
    ([api, fault]) => `is found although ${api} goes wrong: ${JSON.stringify(fault)}`,
    async ([api, fault]) => {
      const { producer, broker } = await openProducer({ requestTimeoutMs: 300 });
      broker.faults.next(fault, { on: api, times: 3 });
      await Promise.all([...sendRound(producer, 0), ...sendRound(producer, 1)]);
      await expectRounds(broker, [0, 1]);
    },
  );

  itSideBySide("is waited for when the broker is down at the start", async () => {
    const { producer, broker } = await openProducer();
    broker.goOffline();
    const sending = sendRound(producer, 0);
    broker.comeOnline();
    await Promise.all(sending);
    await expectRounds(broker, [0]);
  });

  itSideBySide(
    "is given up after the time of a delivery, and what was never sent is not called unconfirmed",
    async () => {
      const { producer, broker } = await openProducer({ deliveryTimeoutMs: 2_000 });
      broker.goOffline();
      for (const outcome of await Promise.allSettled(sendRound(producer, 0))) {
        if (outcome.status === "fulfilled") throw new Error("it was sent");
        expect(outcome.reason instanceof ConnectionError || outcome.reason instanceof TimeoutError).toBe(
          true,
        );
      }
      broker.comeOnline();
      await Promise.all(sendRound(producer, 1));
      broker.goOffline();
      // Whether this one was written into a connection that had ended, nobody but the broker knows.
      await Promise.allSettled(sendRound(producer, 2));
      for (const outcome of await Promise.allSettled(sendRound(producer, 3))) {
        expect(outcome).toMatchObject({ reason: { retryable: true } });
        if (outcome.status === "rejected") expect(outcome.reason instanceof UnconfirmedError).toBe(false);
      }
      expect(producer.problem).toEqual(expect.stringContaining("Sending"));
      broker.comeOnline();
      await expectRounds(broker, [1]);
    },
  );

  itSideBySide("is found again when the broker was down in the middle", async () => {
    const { producer, broker } = await openProducer();
    await Promise.all(sendRound(producer, 0));
    broker.goOffline();
    const sending = [...sendRound(producer, 1), ...sendRound(producer, 2)];
    for (const one of sending) one.catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    broker.comeOnline();
    await Promise.all(sending);
    await expectRounds(broker, [0, 1, 2]);
    expect(producer.problem).toBeUndefined();
  });

  itSideBySide("is followed when partitions move to other brokers, one request for each", async () => {
    const { producer, broker } = await openProducer({}, { nodes: 3, topics: { payments: 6 } });
    await Promise.all(sendRound(producer, 0));
    for (let round = 1; round <= 3; round += 1) {
      for (let partition = 0; partition < 6; partition += 1) {
        broker.moveLeader({ topic: "payments", partition, toNode: 1 + ((partition + round) % 3) });
      }
      await Promise.all(sendRound(producer, round));
    }
    await expectRounds(broker, [0, 1, 2, 3]);
    broker.resetCounts();
    await Promise.all(sendRound(producer, 4));
    expect(broker.counts.requests.Produce).toBeLessThanOrEqual(3);
  });

  itSideBySide(
    "doubles nothing at the brokers that answered when another one fails, or is slow",
    async () => {
      const faults: readonly KafkaFault[] = [
        { kind: "close", before: "answer" },
        { kind: "hold", before: "apply", forMs: 700 },
        { kind: "no-answer" },
        { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" },
      ];
      const { producer, broker } = await openProducer(
        { requestTimeoutMs: 1_500 },
        { nodes: 3, topics: { payments: 6 } },
      );
      await Promise.all(sendRound(producer, 0));
      for (const [index, fault] of faults.entries()) {
        broker.faults.next(fault, { on: { api: "Produce", nodeId: 2 } });
        broker.faults.next(
          { kind: "hold", before: "apply", forMs: 500 },
          { on: { api: "Produce", nodeId: 1 } },
        );
        await Promise.all(sendRound(producer, index + 1));
      }
      await expectRounds(broker, [0, 1, 2, 3, 4]);
    },
  );

  itSideBySide("ends where a topic is missing and nobody makes it, and other topics go on", async () => {
    const { producer, broker } = await openProducer({}, { autoCreateTopics: false });
    const missing = producer.send(record("lost", { topic: "no-such-topic" }));
    const [outcome] = await Promise.allSettled([missing, ...sendRound(producer, 0)]);
    expect(outcome).toMatchObject({ reason: expect.any(TopicMissingError) });
    broker.createTopic("short-lived");
    await producer.send(record("first", { topic: "short-lived" }));
    broker.deleteTopic("short-lived");
    const gone = producer.send(record("second", { topic: "short-lived" }));
    const [second, ...others] = await Promise.allSettled([gone, ...sendRound(producer, 1)]);
    expect(second).toMatchObject({ reason: expect.any(TopicMissingError) });
    expect(others.map(({ status }) => status)).toEqual(keys.map(() => "fulfilled"));
    await expectRounds(broker, [0, 1]);
  });

  itSideBySide("is not asked for topics where that is forbidden", async () => {
    const { producer, broker } = await openProducer({ topicCreation: "never" });
    await expect(producer.send(record("lost", { topic: "no-such-topic" }))).rejects.toThrow(
      TopicMissingError,
    );
    broker.createTopic("no-such-topic");
    await producer.send(record("there", { topic: "no-such-topic" }));
  });

  itSideBySide("ends with a refusal that time does not mend, and goes on with what comes after", async () => {
    const { producer, broker } = await openProducer({}, { topics: { payments: 1 } });
    await Promise.all(sendRound(producer, 0));
    broker.faults.next({ kind: "error", code: "TOPIC_AUTHORIZATION_FAILED" }, { on: "Produce" });
    for (const outcome of await Promise.allSettled(sendRound(producer, 1))) {
      expect(outcome).toMatchObject({
        reason: { kafkaError: "TOPIC_AUTHORIZATION_FAILED", retryable: false },
      });
    }
    await Promise.all(sendRound(producer, 2));
    await expectRounds(broker, [0, 2]);
  });
});

describe("closing a producer", () => {
  itSideBySide("sends what it has, and takes nothing more", async () => {
    // As many as fill a request, so that its topic is known although nothing else goes out before its time.
    const { producer, broker } = await openProducer({ lingerMs: 60_000, maxBatchMessages: 6 });
    const full = Array.from({ length: 6 }, () => producer.send(record("warm", { key: "other" })));
    await Promise.all(full);
    const sending = sendRound(producer, 0);
    expect(await producer.close({ timeoutMs: 10_000 })).toEqual({ notSent: [], unconfirmed: [] });
    await Promise.all(sending);
    await expect(producer.send(record("late"))).rejects.toMatchObject({ code: "wirekit/closed" });
    await expectRounds(broker, [0]);
  });

  itSideBySide(
    "says what may have arrived and what has not, when the broker does not answer in time",
    async () => {
      const { producer, broker } = await openProducer();
      await Promise.all(sendRound(producer, 0));
      broker.faults.next({ kind: "no-answer" }, { on: "Produce" });
      const first = await untilAsked(broker, "Produce", () => [
        producer.send(record("flying", { key: "user-1" })),
      ]);
      const next = [producer.send(record("waiting", { key: "user-1" }))];
      const ends = Promise.allSettled([...first, ...next]);
      const report = await producer.close({ timeoutMs: 300 });
      expect(report).toEqual({ notSent: ["waiting"], unconfirmed: ["flying"] });
      expect(await ends).toMatchObject([
        { reason: { code: "wirekit/unconfirmed" } },
        { reason: { code: "wirekit/closed" } },
      ]);
      expect(await producer.close({ timeoutMs: 300 })).toBe(report);
    },
  );

  itSideBySide("ends while the broker is down, with nothing of it left behind", async () => {
    const broker = await openBroker({ topics: { payments: 3 } });
    broker.goOffline();
    const { producer, driver } = producerOn(broker);
    const sending = Promise.allSettled(sendRound(producer, 0));
    const report = await producer.close({ timeoutMs: 200 });
    expect(report.notSent).toEqual(keys.map(() => "0"));
    await driver.close();
    for (const outcome of await sending)
      expect(outcome).toMatchObject({ reason: { code: "wirekit/closed" } });
    broker.comeOnline();
    expect((await readTopic(broker, "payments")).length).toBe(0);
  });
});
