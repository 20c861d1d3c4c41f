import { CreateTopicCommand, PublishBatchCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type AwsServer, startAws } from "./index.ts";

let aws: AwsServer;
let sqs: SQSClient;
let sns: SNSClient;
let QueueUrl: string;

beforeEach(async () => {
  aws = await startAws();
  const { endpointUrl: endpoint, regionName: region, credentials } = aws;
  sqs = new SQSClient({ endpoint, region, credentials, maxAttempts: 1 });
  sns = new SNSClient({ endpoint, region, credentials, maxAttempts: 1 });
  QueueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "q" }))).QueueUrl ?? "";
});

afterEach(async () => {
  sqs.destroy();
  sns.destroy();
  await aws.close();
});

const send = (MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
const receive = async () =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
const sendBatch = (count: number) =>
  sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: Array.from({ length: count }, (_, index) => ({ Id: `e${index}`, MessageBody: `${index}` })),
    }),
  );

describe("without faults", () => {
  it("passes messages through and counts the requests of each action", async () => {
    await send("hello");
    expect((await receive()).map(({ Body }) => Body)).toEqual(["hello"]);
    expect(aws.counts).toEqual({ CreateQueue: 1, SendMessage: 1, ReceiveMessage: 1 });
    aws.resetCounts();
    expect(aws.counts).toEqual({});
  });

  it("finds a queue by the name at the end of its URL, whatever stands before it", async () => {
    for (const base of [aws.endpointUrl, `${aws.endpointUrl}/123456789012`]) {
      await sqs.send(new SendMessageCommand({ QueueUrl: `${base}/q`, MessageBody: base }));
    }
    expect((await aws.inspectQueue("q")).ready).toHaveLength(2);
    const elsewhere = new SendMessageCommand({ QueueUrl: `${aws.endpointUrl}/other`, MessageBody: "x" });
    await expect(sqs.send(elsewhere)).rejects.toMatchObject({ name: "QueueDoesNotExist" });
  });

  it("refuses a batch of eleven, as AWS does", async () => {
    await expect(sendBatch(11)).rejects.toMatchObject({ name: expect.stringContaining("TooManyEntries") });
  });
});

describe("a planned fault", () => {
  it("answers with an error in the protocol's own form", async () => {
    aws.faults.next({ kind: "error", code: "ThrottlingException", status: 400 });
    await expect(send("x")).rejects.toMatchObject({ name: "ThrottlingException" });
    aws.faults.next({ kind: "error", code: "InternalError", status: 500 }, { on: "PublishBatch" });
    await expect(
      sns.send(new PublishBatchCommand({ TopicArn: "t", PublishBatchRequestEntries: [] })),
    ).rejects.toMatchObject({ name: "InternalErrorException" });
    expect((await aws.inspectQueue("q")).ready).toEqual([]);
  });

  it("breaks the connection before the service has seen the request", async () => {
    aws.faults.next({ kind: "reset", before: "apply" }, { on: "SendMessage" });
    await expect(send("x")).rejects.toThrow("ECONNRESET");
    expect((await aws.inspectQueue("q")).ready).toEqual([]);
  });

  it("loses the answer after the service has done as it was told", async () => {
    const planned = aws.faults.next({ kind: "reset", before: "answer" }, { on: "SendMessage" });
    await expect(send("x")).rejects.toThrow("ECONNRESET");
    await planned.ended();
    expect((await aws.inspectQueue("q")).ready).toEqual(["x"]);
  });

  it("holds an answer back until it is let go", async () => {
    const planned = aws.faults.next({ kind: "hold", before: "answer" }, { on: "SendMessage" });
    const sent = send("x");
    await planned.struck();
    planned.release();
    await expect(sent).resolves.toMatchObject({ MessageId: expect.any(String) });
  });

  it("fails some entries of a batch and carries the others out", async () => {
    const failEven = {
      kind: "fail-entries",
      which: ({ index }: { index: number }) => index % 2 === 0,
    } as const;
    aws.faults.next({ ...failEven, code: "InternalError", senderFault: false });
    const { Successful, Failed } = await sendBatch(3);
    expect(Successful?.map(({ Id }) => Id)).toEqual(["e1"]);
    expect(Failed).toMatchObject([
      { Id: "e0", Code: "InternalError", SenderFault: false },
      { Id: "e2", Code: "InternalError", SenderFault: false },
    ]);
    expect((await aws.inspectQueue("q")).ready).toEqual(["1"]);
  });

  it("fails entries of a published batch too, also all of them", async () => {
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "t" }));
    const queueArn = `arn:aws:sqs:${aws.regionName}:${aws.accountId}:q`;
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: "sqs",
        Endpoint: queueArn,
        Attributes: { RawMessageDelivery: "true" },
      }),
    );
    const publish = () =>
      sns.send(
        new PublishBatchCommand({
          TopicArn,
          PublishBatchRequestEntries: ["a", "b", "c"].map((Id) => ({ Id, Message: `${Id}!` })),
        }),
      );
    aws.faults.next({
      kind: "fail-entries",
      which: ({ id }) => id === "b",
      code: "Throttled",
      senderFault: true,
    });
    const partial = await publish();
    expect(partial.Failed).toMatchObject([{ Id: "b", Code: "Throttled", SenderFault: true }]);
    expect(partial.Successful?.map(({ Id }) => Id)).toEqual(["a", "c"]);
    expect((await aws.inspectQueue("q")).ready).toEqual(["a!", "c!"]);

    aws.faults.next({ kind: "fail-entries", which: () => true, code: "Throttled", senderFault: false });
    const none = await publish();
    expect(none.Failed).toHaveLength(3);
    expect(none.Successful ?? []).toEqual([]);
  });

  it("delivers twice, or in the wrong order", async () => {
    await sendBatch(2);
    aws.faults.next({ kind: "duplicate" }, { on: "ReceiveMessage" });
    const twice = await receive();
    expect(twice.map(({ Body }) => Body)).toEqual(["0", "1", "0", "1"]);
    for (const { ReceiptHandle } of twice.slice(0, 2)) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
    await sendBatch(3);
    aws.faults.next({ kind: "reverse" }, { on: "ReceiveMessage" });
    expect((await receive()).map(({ Body }) => Body)).toEqual(["2", "1", "0"]);
  });

  it("befalls the requests it was planned for, and no other", async () => {
    aws.faults.next(
      { kind: "reset", before: "apply" },
      { on: "SendMessage", times: 2, when: ({ body }) => body.includes("bad") },
    );
    await expect(send("good")).resolves.toBeDefined();
    await expect(send("bad")).rejects.toBeDefined();
    await expect(send("bad")).rejects.toBeDefined();
    await expect(send("bad")).resolves.toBeDefined();
    aws.faults.next({ kind: "reset", before: "apply" }).cancel();
    aws.faults.next({ kind: "reset", before: "apply" });
    aws.faults.clear();
    await expect(send("good")).resolves.toBeDefined();
  });
});

describe("a fault", () => {
  it("can act before the service and answer with an error after it", async () => {
    aws.faults.next(
      { kind: "error", code: "InternalError", status: 500, before: "answer" },
      { on: "SendMessage" },
    );
    await expect(send("x")).rejects.toMatchObject({ name: "InternalError" });
    expect((await aws.inspectQueue("q")).ready).toEqual(["x"]);
  });

  it("can be for one queue, or one topic", async () => {
    await aws.createQueue("other");
    aws.faults.next({ kind: "reset", before: "apply" }, { on: { action: "SendMessage", queue: "other" } });
    await expect(send("x")).resolves.toBeDefined();
    const QueueUrl = `${aws.endpointUrl}/000000000000/other`;
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }))).rejects.toThrow(
      "ECONNRESET",
    );
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "t" }));
    aws.faults.next({ kind: "error", code: "Throttled" }, { on: { topic: "t" } });
    await expect(
      sns.send(
        new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [{ Id: "a", Message: "a" }] }),
      ),
    ).rejects.toMatchObject({ name: "ThrottledException" });
  });

  it.each([
    ["a kind", () => ({ kind: "lose-answer" }), {}, 'fault.kind "lose-answer" does not exist'],
    ["an action", () => ({ kind: "reverse" }), { on: "SendMesage" }, "target.on.action must be one of"],
    ["a member of on", () => ({ kind: "reverse" }), { on: { que: "q" } }, "target.on.que does not exist"],
    ["a status", () => ({ kind: "error", code: "X", status: "500" }), {}, "status must be a status"],
  ])("names %s that it does not know", (_, fault, target, message) => {
    expect(() => aws.faults.next(fault() as never, target as never)).toThrow(message);
  });

  it("before a request is read cannot be for what only its body says", () => {
    const early = { kind: "reset", before: "read" } as const;
    expect(() => aws.faults.next(early, { on: "Publish" })).toThrow("not known before the request is read");
  });
});

it("closes twice without complaint, also under a long poll", async () => {
  const poll = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  poll.catch(() => {});
  await send("wakes nobody else");
  await aws.close();
  await aws.close();
});
