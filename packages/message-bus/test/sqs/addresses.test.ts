import { afterEach, expect, it } from "@jest/globals";
import { silentLogger, WirekitError } from "@wirekit/core";
import { SqsError, SqsMessageBus } from "../../src/index.ts";
import { deferred, statusUpdate } from "../contract/messages.ts";
import { ScriptedSqs } from "./scripted-sqs.ts";

const aws = "https://sqs.eu-west-1.amazonaws.com";
const opened: SqsMessageBus[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((bus) => bus.close({ timeoutMs: 100 })));
});

function open(queueUrl: string) {
  const sqs = new ScriptedSqs();
  const retry = { maxAttempts: 3, baseDelayMs: 0 };
  const bus = new SqsMessageBus({ queueUrl, sqs, retry, logger: silentLogger });
  opened.push(bus);
  const sentTo = () => sqs.inputs("sendMessageBatch").map(({ QueueUrl }) => QueueUrl);
  return { sqs, bus, sentTo };
}

it.each([
  ["http://localhost:9324", "http://localhost:9324/payments"],
  ["http://localhost:9324/queue/", "http://localhost:9324/queue/payments"],
  [`${aws}/123456789012`, `${aws}/123456789012/payments`],
])("finds a queue below %s without asking", async (queueUrl, expected) => {
  const { sqs, bus, sentTo } = open(queueUrl);
  await bus.sendMessage(statusUpdate("R-1"), { target: "payments" });
  expect(sentTo()).toEqual([expected]);
  expect(sqs.inputs("getQueueUrl")).toEqual([]);
});

it("asks AWS for the URL of a queue once, however many need it, for whatever they do", async () => {
  const { sqs, bus, sentTo } = open(aws);
  const found = deferred<string>();
  sqs.findQueue = () => found.promise;
  const sends = [1, 2, 3].map((n) => bus.sendMessage(statusUpdate(`R-${n}`), { target: "payments" }));
  const receive = bus.receiveMessage({ target: "payments", timeoutMs: 0 });
  found.resolve("https://sqs.example.com/1/payments");
  await Promise.all([...sends, receive]);
  await bus.sendMessage(statusUpdate("R-4"), { target: "payments" });
  expect(sqs.inputs("getQueueUrl")).toEqual([{ QueueName: "payments" }]);
  expect(sentTo()).toEqual(Array(2).fill("https://sqs.example.com/1/payments"));
});

it("does not keep a failure: the next call looks again", async () => {
  const { sqs, bus } = open(aws);
  const later = new WirekitError("not now", { code: "test/later" });
  sqs.findQueue = () => Promise.reject(later);
  await expect(bus.sendMessage(statusUpdate("R-1"), { target: "payments" })).rejects.toBe(later);
  sqs.findQueue = async () => `${aws}/1/payments`;
  await bus.sendMessage(statusUpdate("R-1"), { target: "payments" });
  expect(sqs.inputs("getQueueUrl")).toHaveLength(2);
});

it("tries a lookup again that may succeed", async () => {
  const { sqs, bus } = open(aws);
  let tries = 0;
  sqs.findQueue = async (name) => {
    tries += 1;
    if (tries < 3) throw new WirekitError("not now", { code: "test/later", retryable: true });
    return `${aws}/1/${name}`;
  };
  await bus.sendMessage(statusUpdate("R-1"), { target: "payments" });
  expect(tries).toBe(3);
});

it("says which queue is missing", async () => {
  const { sqs, bus } = open(aws);
  sqs.findQueue = async () => undefined;
  const error = await bus.sendMessage(statusUpdate("R-1"), { target: "payments" }).catch((thrown) => thrown);
  expect(SqsError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: "message-bus/sqs-not-found", queue: "payments", retryable: false });
  expect(error.message).toContain('"payments"');
});

it("lets one caller stop waiting for a lookup without stopping the others", async () => {
  const { sqs, bus } = open(aws);
  const found = deferred<string>();
  sqs.findQueue = () => found.promise;
  const controller = new AbortController();
  const { signal } = controller;
  const stopped = bus.sendMessage(statusUpdate("R-1"), { target: "payments", signal });
  const late = bus.sendMany([statusUpdate("R-2")], { target: "payments", timeoutMs: 1 });
  const patient = bus.sendMessage(statusUpdate("R-3"), { target: "payments" });
  controller.abort("enough");
  await expect(stopped).rejects.toBe("enough");
  expect(await late).toMatchObject([{ kind: "rejected", error: { code: "wirekit/timeout" } }]);
  found.resolve(`${aws}/1/payments`);
  await expect(patient).resolves.toMatchObject({ target: "payments" });
  expect(bus.stats()).toMatchObject({ sent: 1, notSent: 2 });
});

it("gives up a lookup that does not end when the bus is closed, and reports what was not sent", async () => {
  const { sqs, bus } = open(aws);
  sqs.findQueue = () => new Promise(() => {});
  const message = statusUpdate("R-1");
  const sending = bus.sendMany([message], { target: "payments" });
  const report = await bus.close({ timeoutMs: 50 });
  expect(report).toEqual({ notSent: [message], unconfirmed: [], unacknowledged: 0 });
  expect(await sending).toMatchObject([{ kind: "not-sent", reason: { code: "wirekit/closed" } }]);
});

it.each(["", "a/b", "http://example.com/q"])("refuses %j as a target, and asks nobody", async (target) => {
  const { sqs, bus } = open(aws);
  const refusal = { code: "wirekit/config", message: expect.stringContaining("target") };
  await expect(bus.sendMessage(statusUpdate("R-1"), { target })).rejects.toMatchObject(refusal);
  await expect(bus.receiveMessage({ target })).rejects.toMatchObject(refusal);
  expect(() => bus.consume({ target }, () => {})).toThrow("target");
  expect(sqs.requests).toEqual([]);
});
