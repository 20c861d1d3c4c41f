import { afterEach, expect, it } from "@jest/globals";
import { ClosedError, silentLogger, WirekitError } from "@wirekit/core";
import { AwsError } from "@wirekit/core/aws";
import { SqsMessageBus } from "../../src/index.ts";
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
  expect(error instanceof AwsError).toBe(true);
  expect(error).toMatchObject({ code: "aws/gone", details: { queue: "payments" }, retryable: false });
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
  expect(await late).toMatchObject([{ kind: "expired", error: { code: "wirekit/timeout" } }]);
  found.resolve(`${aws}/1/payments`);
  await expect(patient).resolves.toMatchObject({ target: "payments" });
  expect(bus.stats()).toMatchObject({ sends: { delivered: 1, notSent: 1, expired: 1 } });
});

it("gives up a lookup that does not end when the bus is closed, and reports what was not sent", async () => {
  const { sqs, bus } = open(aws);
  sqs.findQueue = () => new Promise(() => {});
  const message = statusUpdate("R-1");
  const sending = bus.sendMany([message], { target: "payments" });
  const report = await bus.close({ timeoutMs: 50 });
  expect(report).toEqual({ notSent: [message], unconfirmed: [], notHandled: 0 });
  expect(await sending).toMatchObject([{ kind: "not-sent", error: { code: "wirekit/closed" } }]);
});

it.each(["", "a/b", "http://example.com/q"])("refuses %j as a target, and asks nobody", async (target) => {
  const { sqs, bus } = open(aws);
  const refusal = { code: "wirekit/config", message: expect.stringContaining("target") };
  await expect(bus.sendMessage(statusUpdate("R-1"), { target })).rejects.toMatchObject(refusal);
  await expect(bus.receiveMessage({ target })).rejects.toMatchObject(refusal);
  expect(() => bus.consume({ target }, () => {})).toThrow("target");
  expect(sqs.requests).toEqual([]);
});

it("keeps the order of a key while its queue is looked for, and in the turns after it was found", async () => {
  const { sqs, bus } = open(aws);
  const found = deferred<string>();
  sqs.findQueue = () => found.promise;
  const target = "payments.fifo";
  const sends: Promise<unknown>[] = [];
  const names = Array.from({ length: 40 }, (_, n) => `R-${n}`);
  for (const [n, name] of names.entries()) {
    if (n === 5) found.resolve("https://sqs.example.com/1/payments.fifo");
    sends.push(bus.sendMessage(statusUpdate(name), { target, key: "user-1" }));
    await Promise.resolve();
  }
  await Promise.all(sends);
  const entries = sqs
    .inputs("sendMessageBatch")
    .flatMap(({ Entries }) => Entries as { MessageBody: string }[]);
  expect(entries.map(({ MessageBody }) => JSON.parse(MessageBody).payload.reference)).toEqual(names);
});

it("says what was not sent because the bus was closed while its queue was looked for", async () => {
  const { sqs, bus } = open(aws);
  sqs.findQueue = () => new Promise(() => {});
  const message = statusUpdate("R-1");
  const one = bus.sendMessage(message, { target: "payments" });
  const refused = expect(one).rejects.toThrow("The message bus is closed");
  const many = bus.sendMany([message], { target: "payments" });
  expect(await bus.close({ timeoutMs: 20 })).toEqual({
    notSent: [message, message],
    unconfirmed: [],
    notHandled: 0,
  });
  await refused;
  expect(await many).toMatchObject([{ kind: "not-sent", error: { code: "wirekit/closed" } }]);
  // Later calls are no part of that report.
  await expect(bus.sendMessage(message, { target: "payments" })).rejects.toThrow("The message bus is closed");
  expect((await bus.close()).notSent).toHaveLength(2);
  expect(bus.stats()).toMatchObject({ sends: { delivered: 0, notSent: 3 } });
});

it("rejects with the signal's own reason, also when that is something else being closed", async () => {
  const { sqs, bus } = open(`${aws}/123456789012`);
  const goOn = deferred();
  const { sendMessageBatch } = sqs;
  sqs.sendMessageBatch = async (input) => {
    await goOn.promise;
    return sendMessageBatch(input);
  };
  const controller = new AbortController();
  const { signal } = controller;
  const sends = [1, 2].map((n) => bus.sendMessage(statusUpdate(`R-${n}`), { target: "payments", signal }));
  const reason = new ClosedError("The request");
  controller.abort(reason);
  for (const send of sends) await expect(send).rejects.toBe(reason);
  goOn.resolve();
  expect(await bus.close()).toMatchObject({ notSent: [], unconfirmed: [] });
});
