import { inspect } from "node:util";
import { describe, expect, it, jest } from "@jest/globals";
import { ConfigError, silentLogger } from "@wirekit/core";
import { type KafkaDriver, KafkaMessageBus, MemoryMessageBus, type Received } from "../../src/index.ts";
import { deferred, referenceOf, references, statusUpdate } from "../contract/messages.ts";
import { closeAtTheEnd, openBroker, openBus, quick } from "./open-bus.ts";
import { readTopic, stranger } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const target = "payments";

async function receive(
  bus: KafkaMessageBus,
  options: { groupId?: string; target?: string } = {},
): Promise<Received> {
  const received = await bus.receiveMessage({ target, timeoutMs: 60_000, ...options });
  if (received === undefined) throw new Error("nothing was received");
  return received;
}

describe("a bus over Kafka", () => {
  it("says where a message stands, and sends an outcome for each of many", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    expect(await bus.sendMessage(statusUpdate("R-1"), { target, key: "k" })).toEqual({
      target,
      topic: target,
      partition: 0,
      offset: 0,
      messageId: "payments:0:0",
    });
    const broken = { ...statusUpdate("R-2"), payload: { reference: "", status: "S" } };
    const aborted = AbortSignal.abort("enough");
    expect(
      await bus.sendMany([statusUpdate("R-3"), broken, { any: "dictionary" }], { target }),
    ).toMatchObject([
      { kind: "delivered", offset: 1 },
      { kind: "not-sent", error: { code: "message-bus/invalid-message" } },
      { kind: "delivered", offset: 2 },
    ]);
    expect(await bus.sendMany([statusUpdate("R-4")], { target, signal: aborted })).toEqual([
      { kind: "not-sent", error: expect.objectContaining({ cause: "enough" }) },
    ]);
    const large = { text: "x".repeat(1_100_000) };
    expect(await bus.sendMany([large], { target })).toMatchObject([
      { error: { name: "MessageTooLargeError" } },
    ]);
    expect(bus.stats()).toMatchObject({ sends: { accepted: 6, delivered: 3, notSent: 3 } });
  });

  it("says which of many may have arrived, and which have not been sent", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    broker.faults.next({ kind: "no-answer" }, { on: "Produce" });
    expect(await bus.sendMany([statusUpdate("R-2")], { target, timeoutMs: 500 })).toMatchObject([
      { kind: "unconfirmed", error: { code: "wirekit/unconfirmed" } },
    ]);
    expect(bus.health()).toMatchObject({
      status: "degraded",
      reasons: [{ code: "wirekit/unconfirmed", message: expect.stringContaining("may have") }],
    });
    broker.goOffline();
    const outcomes = await bus.sendMany([statusUpdate("R-3")], { target: "other", timeoutMs: 500 });
    expect(["not-sent", "rejected", "expired"]).toContain(outcomes[0]?.kind);
    broker.comeOnline();
    await bus.sendMessage(statusUpdate("R-4"), { target });
    expect(bus.health()).toMatchObject({ status: "ok", reasons: [] });
    expect((await readTopic(broker, target)).length).toBe(3);
  });

  it("keeps the order of one key from the first call on, when nothing is known of its topic yet", async () => {
    const broker = await openBroker({ topics: { payments: 3 } });
    const bus = openBus(broker);
    const sending: Promise<unknown>[] = [];
    const signal = new AbortController().signal;
    for (const [index, reference] of references(60).entries()) {
      const options = [{}, { signal }, { timeoutMs: 60_000 }][index % 3];
      sending.push(bus.sendMessage(statusUpdate(reference), { target, key: "user-1", ...options }));
      if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(sending);
    const stored = await readTopic(broker, target);
    expect(
      stored.map(({ value }) => (JSON.parse(value) as { payload: { reference: string } }).payload.reference),
    ).toEqual(references(60));
  });

  it("tells of its groups: assignment, lag and state", async () => {
    const broker = await openBroker({ topics: { payments: 2 } });
    const bus = openBus(broker);
    await bus.sendMany(
      references(6).map((reference) => statusUpdate(reference)),
      { target, key: "user-1" },
    );
    const begun = deferred();
    const goOn = deferred();
    const consumer = bus.consume({ target, groupId: "one" }, async () => {
      begun.resolve();
      await goOn.promise;
    });
    await begun.promise;
    const received = await receive(bus, { groupId: "two" });
    const { groups, reasons } = bus.health();
    expect(reasons).toEqual([]);
    expect(groups.map(({ groupId, role, state }) => ({ groupId, role, state }))).toEqual([
      { groupId: "one", role: "consumer", state: "assigned" },
      { groupId: "two", role: "receiver", state: "assigned" },
    ]);
    const partitions = groups[0]?.partitions ?? [];
    expect(partitions).toHaveLength(2);
    expect(partitions.reduce((sum, { lag = 0 }) => sum + lag, 0)).toBe(6);
    const lags = await bus.lag({ target, groupId: "one" });
    expect(lags.map(({ lag }) => lag).reduce((sum, lag) => sum + lag)).toBe(6n);

    goOn.resolve();
    while (consumer.stats().handled < 6) await new Promise((resolve) => setTimeout(resolve, 5));
    await consumer.close();
    await bus.acknowledge(received);
    expect((await bus.lag({ target, groupId: "one" })).map(({ lag }) => lag)).toEqual([0n, 0n]);
    const behind = (await bus.lag({ target, groupId: "two" })).reduce((sum, { lag }) => sum + lag, 0n);
    expect(behind).toBe(5n);
    await expect(bus.lag({ target: "no-such-topic" })).rejects.toMatchObject({
      code: "message-bus/topic-missing",
    });
    expect(bus.stats()).toMatchObject({ received: 7, acknowledged: 7 });
  });

  it("says what was left when it is closed", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await receive(bus);
    broker.faults.next({ kind: "no-answer" }, { on: "Produce" });
    const before = broker.counts.requests.Produce;
    const first = statusUpdate("R-2");
    const second = statusUpdate("R-3");
    const ends = [bus.sendMessage(first, { target })];
    while (broker.counts.requests.Produce === before) await new Promise((resolve) => setImmediate(resolve));
    ends.push(bus.sendMessage(second, { target }));
    const settled = Promise.allSettled(ends);
    const report = await bus.close({ timeoutMs: 500 });
    expect(report).toEqual({ unconfirmed: [first], notSent: [second], notHandled: 1 });
    expect(await settled).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
    expect(bus.health()).toMatchObject({ status: "closed" });
    // What was not acknowledged is there for the next one.
    expect((await receive(openBus(broker))).raw).toContain("R-1");
    expect(broker.openConnections).toBeGreaterThan(0);
  });

  it("leaves no connection behind", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    bus.consume({ target }, () => {});
    await bus.sendMessage(statusUpdate("R-1"), { target });
    await receive(bus, { groupId: "other" });
    await bus.lag({ target });
    await bus.close();
    while (broker.openConnections > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it("wants to be told the group where several receive from a topic, and takes no handle that is none", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    const one = await receive(bus, { groupId: "one" });
    await receive(bus, { groupId: "two" });
    const { receiptHandle } = one;
    expect(receiptHandle).toBe("payments:0:0");
    await expect(bus.acknowledgeReceipt({ target, receiptHandle })).rejects.toThrow(ConfigError);
    await bus.acknowledgeReceipt({ target, receiptHandle, groupId: "one" });
    await bus.acknowledgeReceipt({ target, receiptHandle, groupId: "one" });
    expect(bus.stats().acknowledged).toBe(1);
    for (const wrong of [
      "",
      "payments",
      "payments:0",
      "payments:0:x",
      "payments:0:7",
      "payments:9:0",
      "other:0:0",
    ]) {
      const refused = bus.acknowledgeReceipt({ target, receiptHandle: wrong, groupId: "one" });
      await expect(refused).rejects.toMatchObject({ code: "message-bus/unknown-receipt" });
    }
    const other = bus.acknowledgeReceipt({ target, receiptHandle, groupId: "three" });
    await expect(other).rejects.toMatchObject({ code: "message-bus/unknown-receipt" });
  });

  it("reads what other clients write, with and without headers, compressed or not", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const bus = openBus(broker);
    const producer = stranger(broker).producer();
    await producer.connect();
    const value = JSON.stringify(statusUpdate("R-1"));
    const headers = { source: "BANKING" };
    await producer.send({ topic: target, messages: [{ key: "user-1", value, headers }], compression: 1 });
    await producer.send({ topic: target, messages: [{ key: null, value: null }] });
    await producer.disconnect();
    const first = await receive(bus);
    expect(first).toMatchObject({ kind: "invalid", key: "user-1", raw: value, headers });
    await bus.acknowledge(first);
    expect(await receive(bus)).toMatchObject({ kind: "invalid", key: undefined, raw: "" });
  });

  it("speaks through the driver that it is given, and closes it", async () => {
    const calls: string[] = [];
    const driver: KafkaDriver = {
      openProducer: () => ({
        send: async (records) =>
          records.map(({ topic, partition }) => ({ topic, partition, kind: "written", baseOffset: 7n })),
        close: async () => void calls.push("producer closed"),
      }),
      openMember: () => {
        throw new Error("no member is needed here");
      },
      partitionCount: async () => 1,
      lag: async () => [],
      close: async () => void calls.push("driver closed"),
    };
    const bus = new KafkaMessageBus({ driver, securityProtocol: "PLAINTEXT" });
    expect(await bus.sendMessage(statusUpdate("R-1"), { target })).toMatchObject({ offset: 7 });
    await bus.close();
    expect(calls).toEqual(["producer closed", "driver closed"]);
  });

  it("refuses topics and options that cannot be, before anything is sent", async () => {
    const broker = await openBroker();
    const bus = openBus(broker);
    for (const wrong of ["", ".", "a b", "a:b", "x".repeat(250)]) {
      await expect(bus.sendMessage(statusUpdate("R-1"), { target: wrong })).rejects.toThrow(ConfigError);
      await expect(bus.receiveMessage({ target: wrong })).rejects.toThrow(ConfigError);
      expect(() => bus.consume({ target: wrong }, () => {})).toThrow(ConfigError);
      expect(() => bus.consume({ target, deadLetter: { target: wrong } }, () => {})).toThrow(
        /deadLetter.target/,
      );
    }
    await expect(bus.receiveMessage({ target, groupId: "", timeoutMs: -1 })).rejects.toThrow(
      /groupId.*timeoutMs/,
    );
    expect(broker.counts.connections).toBe(0);
  });

  it("is made from the environment, and shows none of it", async () => {
    const users = { somebody: "very-secret" };
    const broker = await openBroker({ securityProtocol: "SASL_PLAINTEXT", users, topics: { payments: 1 } });
    const env = {
      KAFKA_BOOTSTRAP_SERVERS: broker.bootstrapServers,
      KAFKA_API_PROTOCOL: "SASL_PLAINTEXT",
      KAFKA_API_SASL_MECHANISM: "SCRAM-SHA-512",
      KAFKA_API_KEY: "somebody",
      KAFKA_API_SECRET: "very-secret",
    };
    const { bootstrapServers: _, securityProtocol: __, ...options } = quick(broker);
    const bus = KafkaMessageBus.fromEnv(env, options);
    closeAtTheEnd(bus);
    await bus.sendMessage(statusUpdate("R-1"), { target });
    const received = await receive(bus);
    expect(referenceOf(received.kind === "message" ? received.message : (undefined as never))).toBe("R-1");
    expect(inspect(bus, { depth: 9, showHidden: true })).not.toContain("very-secret");
  });

  it("counts as the bus in memory does", async () => {
    const broker = await openBroker({ topics: { payments: 1 } });
    const counts = [];
    for (const bus of [openBus(broker), new MemoryMessageBus({ logger: silentLogger })]) {
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await bus.sendMessage({ not: "a message" }, { target });
      const consumer = bus.consume({ target, deadLetter: { target: "dead" } }, () => {});
      while (consumer.stats().handled + consumer.stats().invalid < 2)
        await new Promise((resolve) => setTimeout(resolve, 5));
      counts.push(bus.stats());
      await bus.close();
    }
    expect(counts[0]).toEqual(counts[1]);
  });
});
