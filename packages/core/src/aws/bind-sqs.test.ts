import { expect, it } from "@jest/globals";
import { bindSqs, openSqs, type SqsClientsByUse, type SqsSdk } from "./bind-sqs.ts";
import type { AwsClientSettings } from "./client-settings.ts";

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
  return { sent, sqs: bindSqs(module, client, clients) };
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

it("throws errors of AWS that name the queue", async () => {
  const { sqs } = sdk(() =>
    Promise.reject({ name: "QueueDoesNotExist", $metadata: { httpStatusCode: 400 } }),
  );
  await expect(sqs.deleteMessageBatch({ QueueUrl, Entries: [] })).rejects.toMatchObject({
    message:
      'Deleting from the queue "orders" failed: QueueDoesNotExist, HTTP 400. Check its name, region and account',
    code: "aws/gone",
    details: { queue: "orders" },
  });
  await expect(sqs.getQueueUrl({ QueueName: "orders" })).rejects.toThrow('Looking for the queue "orders"');
});

it("opens two clients that share their credentials, and closes both", async () => {
  const made: { settings: AwsClientSettings; isClosed: boolean }[] = [];
  const found = { accessKeyId: "a", secretAccessKey: "s" };
  class Client {
    readonly middlewareStack = { remove: () => true };
    readonly config = { credentials: found };
    readonly #own: { settings: AwsClientSettings; isClosed: boolean };
    constructor(settings: AwsClientSettings) {
      this.#own = { settings, isClosed: false };
      made.push(this.#own);
    }
    send = async () => ({});
    destroy() {
      this.#own.isClosed = true;
    }
  }
  const opened = await openSqs(
    { ...({} as SqsSdk), SQSClient: Client },
    { region: "eu-west-1", requestTimeoutMs: 5_000 },
  );
  expect(made).toMatchObject([
    { settings: { region: "eu-west-1", maxAttempts: 1 } },
    { settings: { credentials: found, requestHandler: { requestTimeout: 5_000, socketTimeout: 5_000 } } },
  ]);
  expect(made[0]?.settings.requestHandler.requestTimeout).toBeUndefined();
  opened.close();
  expect(made.map(({ isClosed }) => isClosed)).toEqual([true, true]);
});
