import { expect, it } from "@jest/globals";
import { bindSqs, type SqsClientsByUse, type SqsSdk } from "./bind-sqs.ts";

/** Stands in for the SDK: a command remembers what it is and what it was given. */
function sdk(answer: () => Promise<unknown>, clients?: SqsClientsByUse) {
  const sent: unknown[] = [];
  const commandNamed = (name: string) =>
    class {
      constructor(input: object) {
        Object.assign(this, { name, input });
      }
    };
  const module: SqsSdk = {
    ReceiveMessageCommand: commandNamed("receive"),
    SendMessageBatchCommand: commandNamed("send"),
    DeleteMessageBatchCommand: commandNamed("delete"),
    ChangeMessageVisibilityBatchCommand: commandNamed("change"),
    GetQueueUrlCommand: commandNamed("find"),
  };
  const client = {
    send: (command: object, options?: object) => {
      sent.push({ ...command, options });
      return answer();
    },
  };
  const errorOf = (what: string, thrown: unknown, queue: string) =>
    new Error(`${what} ${queue}`, { cause: thrown });
  return { sent, sqs: bindSqs(module, client, errorOf, clients) };
}

const QueueUrl = "https://sqs.example.com/1/orders";

it("asks for all attributes of the messages that it receives", async () => {
  const messages = { Messages: [{ MessageId: "1" }] };
  const { sent, sqs } = sdk(async () => messages);
  const { signal } = new AbortController();
  const input = { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 20 };
  expect(await sqs.receiveMessage(input, { signal })).toBe(messages);
  expect(sent).toEqual([
    {
      name: "receive",
      input: { ...input, MessageSystemAttributeNames: ["All"], MessageAttributeNames: ["All"] },
      options: { abortSignal: signal },
    },
  ]);
});

it("makes each call a command of its own", async () => {
  const { sent, sqs } = sdk(async () => ({}));
  await sqs.sendMessageBatch({ QueueUrl, Entries: [{ Id: "0", MessageBody: "b" }] });
  await sqs.deleteMessageBatch({ QueueUrl, Entries: [{ Id: "0", ReceiptHandle: "r" }] });
  const change = { Id: "0", ReceiptHandle: "r", VisibilityTimeout: 1 };
  await sqs.changeMessageVisibilityBatch({ QueueUrl, Entries: [change] });
  await sqs.getQueueUrl({ QueueName: "orders" });
  expect(sent).toEqual([
    { name: "send", input: { QueueUrl, Entries: [{ Id: "0", MessageBody: "b" }] }, options: undefined },
    { name: "delete", input: { QueueUrl, Entries: [{ Id: "0", ReceiptHandle: "r" }] }, options: undefined },
    { name: "change", input: { QueueUrl, Entries: [change] }, options: undefined },
    { name: "find", input: { QueueName: "orders" }, options: undefined },
  ]);
});

it("asks a client for batches without a signal, and does not so much as look at one", async () => {
  const asked: object[] = [];
  const batches = {
    send: async (...given: [object, object?]) => {
      asked.push(given);
      return {};
    },
  };
  const { sent, sqs } = sdk(async () => ({}), { batches });
  const unseen = {
    get signal(): AbortSignal {
      throw new Error("it was looked at");
    },
  };
  await sqs.sendMessageBatch({ QueueUrl, Entries: [] }, unseen);
  await sqs.deleteMessageBatch({ QueueUrl, Entries: [] }, unseen);
  await sqs.changeMessageVisibilityBatch({ QueueUrl, Entries: [] }, unseen);
  await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 20 });
  await sqs.getQueueUrl({ QueueName: "orders" });
  expect(asked).toMatchObject([
    [{ name: "send" }, undefined],
    [{ name: "delete" }, undefined],
    [{ name: "change" }, undefined],
  ]);
  expect(sent).toMatchObject([{ name: "receive" }, { name: "find" }]);
});

it("throws what its owner makes of the SDK's errors", async () => {
  const { sqs } = sdk(() => Promise.reject("no"));
  await expect(sqs.deleteMessageBatch({ QueueUrl, Entries: [] })).rejects.toMatchObject({
    message: `Deleting ${QueueUrl}`,
    cause: "no",
  });
  await expect(sqs.getQueueUrl({ QueueName: "orders" })).rejects.toThrow("Looking for the queue orders");
});
