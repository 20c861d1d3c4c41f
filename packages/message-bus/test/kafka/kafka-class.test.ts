import { describe, expect, it, jest } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { encodeMessage, Kafka, ReceiptError, ReceivedInvalidError } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { closeAtTheEnd, openBroker, quick } from "./open-bus.ts";
import { stranger } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const topic = "payments";
const timeoutMs = 60_000;

async function open() {
  const broker = await openBroker({ topics: { payments: 1 } });
  const { bootstrapServers, securityProtocol, ...options } = quick(broker);
  const env = { KAFKA_BOOTSTRAP_SERVERS: String(bootstrapServers), KAFKA_API_PROTOCOL: securityProtocol };
  const another = () => {
    const kafka = new Kafka({ ...options, producerId: "billing", consumerId: "billing-reader" }, env);
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
