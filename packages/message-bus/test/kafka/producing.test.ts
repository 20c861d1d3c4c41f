import { describe, expect, it } from "@jest/globals";
import { MessageTooLargeError } from "@wirekit/core";
import { partitionForKey } from "../../src/index.ts";
import { openProducer, record } from "./open-producer.ts";
import { readTopic, stranger } from "./read-topic.ts";

describe("sending to Kafka", () => {
  it("puts what is sent at once into a fiftieth of the requests that kafkajs needs, and loses nothing", async () => {
    const { producer, broker } = await openProducer();
    const kafkajs = stranger(broker).producer({ idempotent: true });
    await kafkajs.connect();
    broker.resetCounts();
    const few = 200;
    for (let index = 0; index < few; index += 1) {
      await kafkajs.send({ topic: "payments", messages: [{ key: `${index}`, value: "x".repeat(200) }] });
    }
    await kafkajs.disconnect();
    expect(broker.counts.requests.Produce).toBe(few);

    broker.resetCounts();
    const count = 50_000;
    const sent = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        producer.send(record(`${index}`.padEnd(200, "x"), { key: `${index % 1_000}` })),
      ),
    );
    expect(broker.counts.requests.Produce).toBeLessThanOrEqual(count / 50);
    const places = new Set(sent.map(({ partition, offset }) => `${partition}:${offset}`));
    expect(places.size).toBe(count);
  });

  it("chooses the partition of a key as every client does, keeps its order, and writes keys, headers and text as they are", async () => {
    const { producer, broker } = await openProducer();
    const keys = ["user-1", "user-2", "Ünïcode", "🔑"];
    const sent = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        producer.send(record(`v${index}ü`, { key: keys[index % 4] ?? "" })),
      ),
    );
    for (const [index, { partition }] of sent.entries())
      expect(partition).toBe(partitionForKey(keys[index % 4] ?? "", 3));
    const stored = await readTopic(broker, "payments");
    for (const [at, key] of keys.entries()) {
      const values = stored.filter((one) => one.key === key).map(({ value }) => value);
      expect(values).toEqual(Array.from({ length: 10 }, (_, round) => `v${round * 4 + at}ü`));
    }
  });

  it("spreads what has no key over the partitions, and sends an empty key as none", async () => {
    const { producer, broker } = await openProducer();
    for (let round = 0; round < 12; round += 1) await producer.send(record(`v${round}`, { key: "" }));
    const stored = await readTopic(broker, "payments");
    expect(new Set(stored.map(({ partition }) => partition)).size).toBeGreaterThan(1);
    expect(stored.every(({ key }) => key === undefined)).toBe(true);
  });

  it("compresses when it is told to", async () => {
    const { producer, broker } = await openProducer({ compression: "gzip" });
    const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
    await Promise.all(values.map((value) => producer.send(record(value, { key: "one" }))));
    const stored = await readTopic(broker, "payments");
    expect(stored.map(({ value }) => value)).toEqual(values);
  });

  it("sends to several topics in one request, and makes those that are not there", async () => {
    const { producer, broker } = await openProducer({}, { topics: {}, defaultPartitions: 2 });
    const topics = ["one", "two", "three"];
    await Promise.all(topics.map((topic) => producer.send(record("first", { topic, key: "k" }))));
    broker.resetCounts();
    await Promise.all(topics.map((topic) => producer.send(record("second", { topic, key: "k" }))));
    expect(broker.counts.requests.Produce).toBe(1);
    for (const topic of topics) {
      expect((await readTopic(broker, topic)).map(({ value }) => value)).toEqual(["first", "second"]);
    }
  });

  describe("of a message that is too large", () => {
    it("refuses that message alone, by its exact size on the wire", async () => {
      const maxBatchBytes = 10_000;
      const { producer, broker } = await openProducer({ maxBatchBytes }, { maxMessageBytes: maxBatchBytes });
      // 61 bytes of the batch, 12 of the record besides its value, whose lengths take three bytes each.
      const most = maxBatchBytes - 61 - 12;
      const outcomes = await Promise.allSettled([
        producer.send(record("a", { key: "k" })),
        producer.send(record("x".repeat(most), { key: "k" })),
        producer.send(record("x".repeat(most + 1), { key: "k" })),
        producer.send(record("b", { key: "k" })),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual([
        "fulfilled",
        "fulfilled",
        "rejected",
        "fulfilled",
      ]);
      expect(outcomes[2]).toMatchObject({ reason: { bytes: maxBatchBytes + 1, maxBytes: maxBatchBytes } });
      expect((await readTopic(broker, "payments")).map(({ value }) => value.length)).toEqual([1, most, 1]);
    });

    it("refuses that message alone where the broker's limit is lower than ours, and doubles nothing beside it", async () => {
      const { producer, broker } = await openProducer({}, { maxMessageBytes: 2_000 });
      const values = Array.from({ length: 60 }, (_, index) =>
        `${index}`.padEnd(index === 31 ? 3_000 : 100, "x"),
      );
      const outcomes = await Promise.allSettled(
        values.map((value, index) => producer.send(record(value, { key: `${index % 7}` }))),
      );
      const refused = outcomes.flatMap((outcome, index) => (outcome.status === "rejected" ? [index] : []));
      expect(refused).toEqual([31]);
      expect(outcomes[31]).toMatchObject({ reason: expect.any(MessageTooLargeError) });
      const stored = await readTopic(broker, "payments");
      expect(stored.map(({ value }) => value).sort()).toEqual(
        values.filter((_, index) => index !== 31).sort(),
      );
      for (let key = 0; key < 7; key += 1) {
        const order = stored
          .filter((one) => one.key === `${key}`)
          .map(({ value }) => Number.parseInt(value, 10));
        expect(order).toEqual([...order].sort((one, other) => one - other));
      }
    });
  });
});
