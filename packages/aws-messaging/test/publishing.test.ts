import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { silentLogger, systemClock } from "@wirekit/core";
import { toAwsError } from "@wirekit/core/aws";
import { Troubles } from "@wirekit/core/kit";
import { type AwsAction, type AwsServer, startAws } from "@wirekit/devstack/aws";
import { scale } from "@wirekit/test-support/scale";
import * as z from "zod";
import { awsMessagingConfig, type PublishBatching } from "../src/config.ts";
import { type AwsClients, awsClients } from "../src/connection/clients.ts";
import { prepareEntry } from "../src/publishing/prepare-entry.ts";
import { TopicPublisher } from "../src/publishing/topic-publisher.ts";

const schema = z.object({ n: z.number() });
const context = { maxMessageBytes: 262_144, cipher: undefined };

let aws: AwsServer;
let clients: AwsClients;
const publishers: TopicPublisher[] = [];

beforeEach(async () => {
  aws = await startAws();
  const { endpointUrl, regionName, credentials } = aws;
  clients = awsClients(awsMessagingConfig({ endpointUrl, regionName, credentials }));
});

afterEach(async () => {
  await Promise.all(publishers.splice(0).map((publisher) => publisher.close({ timeoutMs: 0 })));
  clients.close();
  await aws.close();
});

async function publisherTo(topic: string, batching: PublishBatching = {}): Promise<TopicPublisher> {
  const sns = await clients.sns();
  const Attributes = topic.endsWith(".fifo") ? { FifoTopic: "true", ContentBasedDeduplication: "true" } : {};
  const { TopicArn = "" } = await sns.createTopic({ Name: topic, Attributes });
  const queue = topic.replace(/(\.fifo)?$/, "-queue$1");
  await aws.createQueue(queue);
  const Endpoint = `arn:aws:sqs:${aws.regionName}:${aws.accountId}:${queue}`;
  const delivery = { Protocol: "sqs", Endpoint, ReturnSubscriptionArn: true } as const;
  await sns.subscribe({ TopicArn, ...delivery, Attributes: { RawMessageDelivery: "true" } });
  aws.resetCounts();
  const publisher = new TopicPublisher({
    topicArn: TopicArn,
    sns,
    config: awsMessagingConfig({
      regionName: aws.regionName,
      batching,
      retry: { maxAttempts: 4, baseDelayMs: 1, maxDelayMs: 5 },
      requestTimeoutMs: 10_000,
      logger: silentLogger,
    }),
    troubles: new Troubles(systemClock),
  });
  publishers.push(publisher);
  return publisher;
}

async function publish(publisher: TopicPublisher, n: number, groupId?: string) {
  const topic = groupId === undefined ? "orders" : "orders.fifo";
  return publisher.send(await prepareEntry({ topic, schema }, { n }, { groupId }, context), {});
}

const arrived = async (queue: string) =>
  (await aws.inspectQueue(queue)).ready.map((body) => (JSON.parse(body) as { n: number }).n);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("single publishes", () => {
  it("that are called at once share requests of ten", async () => {
    const count = scale({ small: 500, full: 5_000 });
    const publisher = await publisherTo("orders");
    const receipts = await Promise.all(numbers(count).map((n) => publish(publisher, n)));
    expect(new Set(receipts.map(({ messageId }) => messageId)).size).toBe(count);
    expect(aws.counts).toEqual({ PublishBatch: count / 10 });
    expect((await arrived("orders-queue")).sort((one, other) => one - other)).toEqual(numbers(count));
  });

  it("are retried where they failed, and not where they did not", async () => {
    const publisher = await publisherTo("orders");
    aws.faults.next({
      kind: "fail-entries",
      which: ({ index }) => index < 3,
      code: "InternalError",
      senderFault: false,
    });
    await Promise.all(numbers(10).map((n) => publish(publisher, n)));
    expect((await arrived("orders-queue")).sort((one, other) => one - other)).toEqual(numbers(10));
    expect(publisher.stats()).toMatchObject({ delivered: 10, retries: 3 });
  });

  it("are not retried when the sender is to blame", async () => {
    const publisher = await publisherTo("orders");
    aws.faults.next({
      kind: "fail-entries",
      which: ({ index }) => index === 1,
      code: "InvalidParameter",
      senderFault: true,
    });
    const results = await Promise.allSettled(numbers(3).map((n) => publish(publisher, n)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(results[1]).toMatchObject({
      reason: { code: "aws/sender", attempts: 1, retryable: false },
    });
    expect(aws.counts.PublishBatch).toBe(1);
  });

  it.each([
    ["throttling", { kind: "error", status: 400, code: "ThrottlingException" }],
    ["an internal error", { kind: "error", status: 500, code: "InternalError" }],
    ["a reset connection", { kind: "reset", before: "apply" }],
  ] as const)("survive %s", async (_what, fault) => {
    const publisher = await publisherTo("orders");
    aws.faults.next(fault, { times: 2 });
    await Promise.all(numbers(5).map((n) => publish(publisher, n)));
    expect((await arrived("orders-queue")).sort((one, other) => one - other)).toEqual(numbers(5));
  });

  it("may arrive twice when an answer was lost, and are never lost themselves", async () => {
    const publisher = await publisherTo("orders");
    aws.faults.next({ kind: "reset", before: "answer" });
    await publish(publisher, 1);
    expect(await arrived("orders-queue")).toEqual([1, 1]);
  });

  it("reject once the attempts are used up, with what AWS said", async () => {
    const publisher = await publisherTo("orders");
    aws.faults.next({ kind: "error", status: 503, code: "ServiceUnavailable" }, { times: 4 });
    await expect(publish(publisher, 1)).rejects.toMatchObject({
      name: "AwsRejectedError",
      code: "aws/transient",
      attempts: 4,
    });
  });
});

describe("a request that SNS does not answer", () => {
  const noAnswer = (action: AwsAction) => aws.faults.next({ kind: "hold", before: "answer" }, { on: action });
  const openClients = (timeoutMs: number) => {
    const { endpointUrl, regionName, credentials } = aws;
    const options = {
      endpointUrl,
      regionName,
      credentials,
      requestTimeoutMs: timeoutMs,
    };
    return awsClients(awsMessagingConfig(options));
  };
  const input = (TopicArn: string) => ({
    TopicArn,
    PublishBatchRequestEntries: [{ Id: "0", Message: "{}" }],
  });

  it("ends by the time limit of the configuration", async () => {
    const impatient = openClients(20);
    const sns = await impatient.sns();
    noAnswer("PublishBatch");
    const failed = await sns.publishBatch(input("arn:aws:sns:eu-west-1:123456789012:x")).catch(toFault);
    expect(failed).toMatchObject({ code: "aws/transient", retryable: true });
    impatient.close();
  });

  it("ends when the client is closed", async () => {
    const closing = openClients(60_000);
    const sns = await closing.sns();
    const planned = noAnswer("PublishBatch");
    const sent = sns.publishBatch(input("arn:aws:sns:eu-west-1:123456789012:x")).catch(toFault);
    await planned.struck();
    closing.close();
    expect(await sent).toMatchObject({ code: "aws/transient", retryable: true });
  });
});

const toFault = (thrown: unknown) => toAwsError("Publishing", thrown);

describe("a FIFO topic", () => {
  it("keeps the order of each group when requests fail in part", async () => {
    const publisher = await publisherTo("orders.fifo");
    aws.faults.next(
      {
        kind: "fail-entries",
        which: ({ index }) => index % 2 === 0,
        code: "InternalError",
        senderFault: false,
      },
      { times: 3 },
    );
    await Promise.all(numbers(30).map((n) => publish(publisher, n, `group-${n % 3}`)));
    const order = await arrived("orders-queue.fifo");
    for (const group of numbers(3)) {
      expect(order.filter((n) => n % 3 === group)).toEqual(numbers(30).filter((n) => n % 3 === group));
    }
  });
});
