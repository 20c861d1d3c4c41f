import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { withoutRequestLog } from "@wirekit/core/aws";
import { startHttpProxy } from "@wirekit/test-support/http-proxy";
import { SQS, SqsMessageBus } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";
import { type SqsFixture, startSqs } from "./sqs-fixture.ts";

let sqs: SqsFixture;

beforeEach(async () => {
  sqs = await startSqs();
});

afterEach(async () => {
  await sqs.close();
});

it("uses a client of the program's own, and leaves it open", async () => {
  const target = sqs.newQueue();
  const bus = new SqsMessageBus({
    queueUrl: sqs.aws.endpointUrl,
    client: sqs.client,
    logger: silentLogger,
  });
  await bus.sendMessage(statusUpdate("R-1"), { target });
  await bus.close();
  await expect(sqs.client.send(new ListQueuesCommand({}))).resolves.toMatchObject({
    QueueUrls: [expect.stringContaining(target)],
  });
});

it("works with what the environment says", async () => {
  const target = sqs.newQueue();
  const { endpointUrl, credentials } = sqs.aws;
  const env = {
    SQS_QUEUE_URL: endpointUrl,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  await using bus = SqsMessageBus.fromEnv(env, { logger: silentLogger });
  await bus.sendMessage(statusUpdate("R-1"), { target });
  expect(await bus.receiveMessage({ target })).toMatchObject({ kind: "message", target });
});

it.each(["SqsMessageBus.fromEnv", "new SQS", "SQS.fromEnv", "the option"])(
  "goes through the proxy of the environment: %s",
  async (way) => {
    const target = sqs.newQueue();
    const { endpointUrl: queueUrl, credentials } = sqs.aws;
    const proxy = await startHttpProxy();
    const env = { HTTP_PROXY: proxy.url, NO_PROXY: "example.com" };
    const options = { queueUrl, credentials, logger: silentLogger };
    const make: Record<string, () => SqsMessageBus> = {
      "SqsMessageBus.fromEnv": () => SqsMessageBus.fromEnv(env, options),
      "new SQS": () => new SQS(options, env).bus,
      "SQS.fromEnv": () => SQS.fromEnv(env, options).bus,
      "the option": () => SqsMessageBus.fromEnv({}, { ...options, proxy: { http: proxy.url } }),
    };
    await using bus = make[way]?.();
    await bus?.sendMessage(statusUpdate("R-1"), { target });
    expect(proxy.requests.map(({ line }) => line)).toEqual([`POST ${queueUrl}/`]);
    await proxy.close();
  },
);

it("asks a provider for credentials, and again for those that have expired", async () => {
  const target = sqs.newQueue();
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return { ...sqs.aws.credentials, sessionToken: "token", expiration: new Date() };
  };
  const bus = sqs.open({ credentials });
  await bus.sendMessage(statusUpdate("R-1"), { target });
  const before = asked;
  await bus.sendMessage(statusUpdate("R-2"), { target });
  expect(before).toBeGreaterThan(0);
  expect(asked).toBeGreaterThan(before);
});

it("asks a provider once for all that it does, as long as its credentials last", async () => {
  const target = sqs.newQueue();
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return sqs.aws.credentials;
  };
  const bus = sqs.open({ credentials });
  await bus.sendMessage(statusUpdate("R-1"), { target });
  const received = await bus.receiveMessage({ target });
  if (received !== undefined) await bus.acknowledge(received);
  expect(sqs.aws.counts).toEqual({ SendMessageBatch: 1, ReceiveMessage: 1, DeleteMessageBatch: 1 });
  expect(asked).toBe(1);
});

it("knows the SDK's log of requests by the name that it has there", () => {
  const client = new SQSClient({});
  const log = expect.stringContaining("loggerMiddleware");
  expect(client.middlewareStack.identify()).toContainEqual(log);
  expect(withoutRequestLog(client).middlewareStack.identify()).not.toContainEqual(log);
  client.destroy();
});

it("finds queues behind an account", async () => {
  const target = sqs.newQueue();
  const queueUrl = `${sqs.aws.endpointUrl}/${sqs.aws.accountId}`;
  await sqs.open({ queueUrl }).sendMessage(statusUpdate("R-1"), { target });
  expect((await sqs.aws.inspectQueue(target)).ready).toHaveLength(1);
});
