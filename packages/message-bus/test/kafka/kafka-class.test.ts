import { describe, expect, it, jest } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import {
  encodeMessage,
  Kafka,
  type KafkaMessageBusOptions,
  ReceiptError,
  ReceivedInvalidError,
} from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { closeAtTheEnd, openBroker, quick } from "./open-bus.ts";
import { stranger } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const topic = "payments";
const timeoutMs = 60_000;

async function open(more: KafkaMessageBusOptions = {}) {
  const broker = await openBroker({ topics: { payments: 1 } });
  const { bootstrapServers, securityProtocol, ...options } = quick(broker);
  const env = { KAFKA_BOOTSTRAP_SERVERS: String(bootstrapServers), KAFKA_API_PROTOCOL: securityProtocol };
  const another = () => {
    const ids = { producerId: "billing", consumerId: "billing-reader" };
    const kafka = new Kafka({ ...options, ...ids, ...more }, env);
    closeAtTheEnd(kafka);
    return kafka;
  };
  return { broker, kafka: another(), another };
}

describe("the original's class Kafka", () => {
  it("sends, receives by receipt handle, and commits", async () => {
    const { kafka, another, broker } = await open();
    const message = statusUpdate("R-1");
    expect(await kafka.sendMessage(message, { topic, key: "user-1" })).toEqual({
      topic,
      partition: 0,
      offset: 0,
    });
    await kafka.sendMessage(statusUpdate("R-2"), { topic, key: "user-1" });
    expect(await kafka.receiveMessage({ topic, timeoutMs })).toEqual({
      "payments:0:0": JSON.parse(encodeMessage(message)),
    });
    await kafka.commitOffset({ topic, receiptHandle: "payments:0:0" });
    expect(broker.group("payments_consumer_group")?.members).toMatchObject([{ clientId: "billing-reader" }]);
    await kafka.close();
    expect(Object.keys((await another().receiveMessage({ topic, timeoutMs })) ?? {})).toEqual([
      "payments:0:1",
    ]);
  });

  it("gives one message after the other, as the original does, and commits all up to one", async () => {
    const { kafka, another } = await open();
    for (const reference of ["R-0", "R-1", "R-2", "R-3"])
      await kafka.sendMessage(statusUpdate(reference), { topic, key: "user-1" });
    const handles = async (from: Kafka, count: number) => {
      const received: string[] = [];
      while (received.length < count)
        received.push(...Object.keys((await from.receiveMessage({ topic, timeoutMs })) ?? {}));
      return received;
    };
    const [first = "", , third = ""] = await handles(kafka, 3);
    expect([first, third]).toEqual(["payments:0:0", "payments:0:2"]);
    await kafka.commitOffset({ topic, receiptHandle: third });
    expect((await kafka.bus.lag({ target: topic })).map(({ committedOffset }) => committedOffset)).toEqual([
      3n,
    ]);
    // Is done with by then, and takes nothing back.
    await kafka.commitOffset({ topic, receiptHandle: first });
    expect((await kafka.bus.lag({ target: topic })).map(({ committedOffset }) => committedOffset)).toEqual([
      3n,
    ]);
    expect(kafka.bus.stats()).toMatchObject({ received: 3, acknowledged: 3 });
    await kafka.close();
    expect(await handles(another(), 1)).toEqual(["payments:0:3"]);
  });

  it("waits for the commit of each message of a key where it is told to", async () => {
    const { kafka, another } = await open({ receiveOrder: "key" });
    await kafka.sendMessage(statusUpdate("R-0"), { topic, key: "user-1" });
    await kafka.sendMessage(statusUpdate("R-1"), { topic, key: "user-1" });
    const [receiptHandle = ""] = Object.keys((await kafka.receiveMessage({ topic, timeoutMs })) ?? {});
    expect(receiptHandle).toBe("payments:0:0");
    expect(await kafka.receiveMessage({ topic, timeoutMs: 100 })).toBeUndefined();
    await kafka.commitOffset({ topic, receiptHandle });
    expect(Object.keys((await kafka.receiveMessage({ topic, timeoutMs })) ?? {})).toEqual(["payments:0:1"]);
    await kafka.close();
    expect(Object.keys((await another().receiveMessage({ topic, timeoutMs })) ?? {})).toEqual([
      "payments:0:1",
    ]);
  });

  it.each([
    ["topic is required; topc is not an option; did you mean topic?", { topc: topic }],
    ["topic must be a topic", { topic: "" }],
    ["topic must be a topic", { topic: 7 }],
    ["topic is required; target is not an option", { target: topic }],
    ["options must be an object", undefined],
    ["timeoutMs must be", { topic, timeoutMs: Number.NaN }],
    ["timeoutMs must be", { topic, timeoutMs: 2 ** 31 }],
    ["signal must be", { topic, signal: "abort" }],
  ])("says what is wrong by its own names: %s", async (expected, wrong) => {
    const { kafka } = await open();
    const options = wrong as never;
    const commit = { receiptHandle: "payments:0:0", ...(wrong ?? {}) } as never;
    const calls = [kafka.sendMessage(statusUpdate("R-1"), options), kafka.receiveMessage(options)];
    if (wrong !== undefined) calls.push(kafka.commitOffset(commit) as never);
    const texts = expected.split("; ").filter((part) => !part.startsWith("did you mean"));
    for (const call of calls) {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      for (const text of texts) expect((error as Error).message).toContain(text);
    }
  });

  it.each([
    ["autoCommit must be true or false", { autoCommit: "yes" }],
    ["autoCommit must be true or false", { autoCommit: 1 }],
    ["groupId must be a text", { groupId: "" }],
    ["autocommit is not an option; did you mean autoCommit?", { autocommit: true }],
  ])("refuses to receive: %s", async (expected, wrong) => {
    const { kafka } = await open();
    await expect(kafka.receiveMessage({ topic, ...(wrong as object) })).rejects.toThrow(expected);
  });

  it("gives nothing when there is nothing, and commits by itself when it is told to", async () => {
    const { kafka, another } = await open();
    expect(await kafka.receiveMessage({ topic, timeoutMs: 1 })).toBeUndefined();
    await kafka.sendMessage(statusUpdate("R-1"), { topic });
    await kafka.sendMessage(statusUpdate("R-2"), { topic });
    await kafka.receiveMessage({ topic, autoCommit: true, timeoutMs });
    await kafka.close();
    const next = another();
    expect(Object.keys((await next.receiveMessage({ topic, timeoutMs })) ?? {})).toEqual(["payments:0:1"]);
    // Received, and not committed: there for the next one again.
    await next.close();
    expect(Object.keys((await another().receiveMessage({ topic, timeoutMs })) ?? {})).toEqual([
      "payments:0:1",
    ]);
  });

  it("throws what the original swallows", async () => {
    const { kafka, broker } = await open();
    const producer = stranger(broker).producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ value: "not JSON" }] });
    await producer.disconnect();
    const error: unknown = await kafka
      .receiveMessage({ topic, timeoutMs })
      .catch((thrown: unknown) => thrown);
    expect(error instanceof ReceivedInvalidError).toBe(true);
    const { receiptHandle, raw } = (error as ReceivedInvalidError).received;
    expect({ receiptHandle, raw }).toEqual({ receiptHandle: "payments:0:0", raw: "not JSON" });
    await kafka.commitOffset({ topic, receiptHandle });
    for (const wrong of ["nonsense", "payments:0:99", "other:0:0"]) {
      await expect(kafka.commitOffset({ topic, receiptHandle: wrong })).rejects.toThrow(ReceiptError);
    }
    await expect(kafka.receiveMessage({ topic, groupId: "second", timeoutMs })).rejects.toThrow(
      ReceivedInvalidError,
    );
    const ambiguous = kafka.commitOffset({ topic, receiptHandle });
    await expect(ambiguous).rejects.toThrow(/groupId/);
    await kafka.commitOffset({ topic, receiptHandle, groupId: "second" });
  });

  it("names everything that is missing when it is made", () => {
    expect(() => new Kafka({}, {})).toThrow(ConfigError);
    expect(() => new Kafka({}, {})).toThrow(
      /KAFKA_API_KEY .*userName.*KAFKA_API_SECRET .*password.*securityProtocol/,
    );
  });
});
