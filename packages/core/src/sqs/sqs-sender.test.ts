import { expect, it } from "@jest/globals";
import { FakeSqs } from "../../test/fake-sqs.ts";
import { toAwsError } from "../aws/index.ts";
import { MessageTooLargeError, RejectedError } from "../index.ts";
import { createSqsSender, messageBytes } from "./sqs-sender.ts";

const queueUrl = "https://sqs.example.com/1/orders";
const retry = { maxAttempts: 3, baseDelayMs: 0 };
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

it("puts ten messages into a request", async () => {
  const sqs = new FakeSqs();
  const sender = createSqsSender({ sqs, queueUrl });
  const receipts = await Promise.all(numbers(25).map((n) => sender.send({ MessageBody: `b-${n}` })));
  const requests = sqs.inputs("sendMessageBatch");
  expect(requests.map(({ Entries }) => Entries.length)).toEqual([10, 10, 5]);
  expect(requests[0]).toMatchObject({
    QueueUrl: queueUrl,
    Entries: expect.arrayContaining([{ Id: "0", MessageBody: "b-0" }]),
  });
  expect(receipts[3]).toEqual({ messageId: "m-3" });
  await sender.close();
});

it("gives the sequence number of a FIFO queue, and an empty id where SQS gives none", async () => {
  const sqs = new FakeSqs();
  sqs.next("sendMessageBatch", async () => ({ Successful: [{ Id: "0", SequenceNumber: "17" }] }));
  const sender = createSqsSender({ sqs, queueUrl });
  await expect(sender.send({ MessageBody: "b" })).resolves.toEqual({ messageId: "", sequenceNumber: "17" });
  await sender.close();
});

it("sends entries again that failed, alone", async () => {
  const sqs = new FakeSqs();
  sqs.next("sendMessageBatch", async () => ({
    Successful: [{ Id: "0", MessageId: "first" }],
    Failed: [{ Id: "1", Code: "InternalError", SenderFault: false }],
  }));
  const sender = createSqsSender({ sqs, queueUrl, retry });
  await Promise.all([sender.send({ MessageBody: "a" }), sender.send({ MessageBody: "b" })]);
  const bodies = sqs
    .inputs("sendMessageBatch")
    .map(({ Entries }) => Entries.map(({ MessageBody }) => MessageBody));
  expect(bodies).toEqual([["a", "b"], ["b"]]);
  await sender.close();
});

it("keeps the order of a group: one message of it in a request", async () => {
  const sqs = new FakeSqs();
  const sender = createSqsSender({ sqs, queueUrl: `${queueUrl}.fifo` });
  const send = (MessageGroupId: string, MessageBody: string) => sender.send({ MessageGroupId, MessageBody });
  await Promise.all([send("g", "1"), send("g", "2"), send("h", "1")]);
  const bodies = sqs
    .inputs("sendMessageBatch")
    .map(({ Entries }) =>
      Entries.map(({ MessageGroupId, MessageBody }) => `${MessageGroupId}${MessageBody}`),
    );
  expect(bodies).toEqual([["g1", "h1"], ["g2"]]);
  await sender.close();
});

it("counts bodies in UTF-8, and name, type and value of attributes", () => {
  const MessageAttributes = {
    ab: { DataType: "String", StringValue: "é" },
    c: { DataType: "Binary", BinaryValue: new Uint8Array(5) },
    d: { DataType: undefined },
  };
  expect(messageBytes({ MessageBody: "€" })).toBe(3);
  expect(messageBytes({ MessageBody: "", MessageAttributes })).toBe(2 + 6 + 2 + (1 + 6 + 5) + 1);
});

it("refuses a message that is larger than allowed, and never puts more into a request than SQS takes", async () => {
  const sqs = new FakeSqs();
  const sender = createSqsSender({ sqs, queueUrl, maxMessageBytes: 600_000 });
  await expect(sender.send({ MessageBody: "x".repeat(600_001) })).rejects.toThrow(MessageTooLargeError);
  await Promise.all(numbers(2).map(() => sender.send({ MessageBody: "x".repeat(600_000) })));
  expect(sqs.inputs("sendMessageBatch").map(({ Entries }) => Entries.length)).toEqual([1, 1]);
  await sender.close();
});

it("names the queue in the errors of refused messages, which are refusals", async () => {
  const sqs = new FakeSqs();
  sqs.next("sendMessageBatch", async () => ({
    Failed: [{ Id: "0", Code: "InvalidMessageContents", SenderFault: true }],
  }));
  const sender = createSqsSender({ sqs, queueUrl });
  const error: unknown = await sender.send({ MessageBody: "b" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RejectedError);
  expect(error).toMatchObject({
    code: "aws/sender",
    message: 'Sending to the queue "orders" failed: InvalidMessageContents',
    details: { queue: "orders" },
  });
  await sender.close();
});

it("says that a message is unconfirmed if the answer was lost in any try", async () => {
  const sqs = new FakeSqs();
  const lost = toAwsError("Sending", { code: "ECONNRESET", syscall: "read" });
  sqs.next("sendMessageBatch", () => Promise.reject(lost));
  sqs.next("sendMessageBatch", async () => ({
    Failed: [{ Id: "0", Code: "InvalidMessageContents", SenderFault: true }],
  }));
  const sender = createSqsSender({ sqs, queueUrl, retry });
  expect(await sender.sendOutcome({ MessageBody: "b" })).toMatchObject({
    kind: "unconfirmed",
    error: { attempts: 2, cause: { code: "aws/sender" } },
  });
  await sender.close();
});
