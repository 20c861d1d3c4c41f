import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { type AwsServer, startAws } from "@wirekit/devstack/aws";
import { type AwsMessagingOptions, awsMessagingConfig } from "../src/config.ts";
import { type AwsClients, awsClients } from "../src/connection/clients.ts";
import { provision } from "../src/provisioning/provision.ts";
import type { ProvisionOptions } from "../src/provisioning/provision-options.ts";

let aws: AwsServer;
let clients: AwsClients;

beforeEach(async () => {
  aws = await startAws();
  clients = awsClients(
    awsMessagingConfig({
      endpointUrl: aws.endpointUrl,
      regionName: aws.regionName,
      credentials: aws.credentials,
    }),
  );
});

afterEach(async () => {
  clients.close();
  await aws.close();
});

const make = async (topic: string, options: ProvisionOptions = {}) =>
  provision(topic, options, {
    config: awsMessagingConfig({
      regionName: aws.regionName,
      environment: "prod",
      retry: { maxAttempts: 3, baseDelayMs: 1 },
    }),
    sns: await clients.sns(),
    sqs: await clients.sqsAdmin(),
  });

/** As `make`, with maps. */
const makeMapped = async (topic: string, maps: Pick<AwsMessagingOptions, "topicMap" | "queueMap">) =>
  provision(
    topic,
    {},
    {
      config: awsMessagingConfig({ regionName: aws.regionName, environment: "prod", ...maps }),
      sns: await clients.sns(),
      sqs: await clients.sqsAdmin(),
    },
  );

const publish = async (TopicArn: string, groupId?: string) => {
  const group = groupId === undefined ? {} : { MessageGroupId: groupId };
  const sns = await clients.sns();
  return sns.publishBatch({ TopicArn, PublishBatchRequestEntries: [{ Id: "1", Message: "{}", ...group }] });
};

it("makes a topic whose messages arrive in its queue, raw", async () => {
  const { topicArn, queueUrl } = await make("user-events");
  await publish(topicArn);
  expect(queueUrl).toContain("prod-user-events-queue");
  expect(aws.inspectQueue("prod-user-events-queue").ready).toEqual(["{}"]);
});

it("can be run again, also with other settings", async () => {
  const first = await make("user-events");
  const second = await make("user-events", { visibilityTimeoutMs: 60_000, delivery: "wrapped" });
  expect(second).toEqual(first);
  await publish(first.topicArn);
  expect(aws.inspectQueue("prod-user-events-queue").ready).toEqual([expect.stringContaining("Notification")]);
  const sqs = await clients.sqsAdmin();
  const { Attributes } = await sqs.getQueueAttributes({
    QueueUrl: first.queueUrl,
    AttributeNames: ["VisibilityTimeout", "RedrivePolicy"],
  });
  expect(Attributes).toMatchObject({ VisibilityTimeout: "60" });
  expect(JSON.parse(Attributes?.RedrivePolicy ?? "")).toEqual({
    deadLetterTargetArn: first.deadLetterQueueArn,
    maxReceiveCount: 5,
  });
});

it.each(["user-events", "orders.fifo"])("lets %s send to its queue, and nobody else", async (topic) => {
  const { topicArn, queueArn, queueUrl } = await make(topic);
  const sqs = await clients.sqsAdmin();
  const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: queueUrl, AttributeNames: ["Policy"] });
  expect(JSON.parse(Attributes?.Policy ?? "").Statement).toEqual([
    expect.objectContaining({
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queueArn,
      Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
    }),
  ]);
});

it("makes FIFO topics and queues, any number of times", async () => {
  const made = await make("orders.fifo");
  const { topicArn, queueArn, deadLetterQueueArn } = made;
  expect(await make("orders.fifo", { maxReceiveCount: 9 })).toEqual(made);
  expect([topicArn, queueArn, deadLetterQueueArn].every((arn) => arn.endsWith(".fifo"))).toBe(true);
  await publish(topicArn, "group");
  expect(aws.inspectQueue("prod-orders-queue.fifo").ready).toEqual(["{}"]);
});

it.each([
  ["sqs", { KmsMasterKeyId: "", SqsManagedSseEnabled: "true" }],
  ["none", { KmsMasterKeyId: "", SqsManagedSseEnabled: "false" }],
  [{ kmsKeyId: "alias/messages" }, { KmsMasterKeyId: "alias/messages" }],
] as const)("asks for the encryption that was chosen: %j", async (encryption, attributes) => {
  const asked: unknown[] = [];
  const sqs = await clients.sqsAdmin();
  await provision(
    "t",
    { encryption },
    {
      config: awsMessagingConfig({ regionName: aws.regionName }),
      sns: await clients.sns(),
      // The embedded service knows no such attributes: what is asked for is seen here.
      sqs: {
        ...sqs,
        setQueueAttributes: async ({ Attributes }) => {
          asked.push(Attributes);
        },
      },
    },
  );
  expect(asked.slice(0, 2)).toEqual([
    expect.objectContaining(attributes),
    expect.objectContaining(attributes),
  ]);
});

it("makes the topic and the queues that the maps name", async () => {
  const made = await makeMapped("user-events", {
    topicMap: { "user-events": "users" },
    queueMap: { "user-events": "inbox", "inbox-dead-letters": "given-up" },
  });
  expect(made).toMatchObject({
    topicArn: expect.stringMatching(/:users$/),
    queueArn: expect.stringMatching(/:inbox$/),
    deadLetterQueueArn: expect.stringMatching(/:given-up$/),
  });
  await publish(made.topicArn);
  expect(aws.inspectQueue("inbox").ready).toEqual(["{}"]);
});

it("takes what the maps name by an ARN or a URL as it is, and creates none of that name", async () => {
  const { topicArn, queueArn, queueUrl } = await make("other");
  const byArn = await makeMapped("user-events", {
    topicMap: { "user-events": topicArn },
    queueMap: { "user-events": queueArn },
  });
  expect(byArn).toMatchObject({ topicArn, queueArn });
  const byUrl = await makeMapped("user-events", {
    topicMap: { "user-events": topicArn },
    queueMap: { "user-events": queueUrl },
  });
  expect(byUrl).toEqual(byArn);
  await publish(topicArn);
  expect(aws.inspectQueue("prod-other-queue").ready).toEqual(["{}"]);
  const gone = { "user-events": queueArn.replace("other", "gone") };
  await expect(makeMapped("user-events", { queueMap: gone })).rejects.toMatchObject({ code: "aws/gone" });
});

it("makes a FIFO topic and queue where the map says so", async () => {
  const made = await makeMapped("orders", { topicMap: { orders: "o.fifo" }, queueMap: { orders: "q.fifo" } });
  expect(made.deadLetterQueueArn).toMatch(/:q-dead-letters\.fifo$/);
  await publish(made.topicArn, "group");
  expect(aws.inspectQueue("q.fifo").ready).toEqual(["{}"]);
});

it("survives throttling in the middle", async () => {
  aws.faults.next(
    { kind: "error", status: 400, code: "ThrottlingException" },
    { action: "SetQueueAttributes" },
  );
  aws.faults.next({ kind: "reset" }, { action: "Subscribe" });
  await expect(make("user-events")).resolves.toMatchObject({ subscriptionArn: expect.any(String) });
});

it("says what AWS refused, where there is no such topic either", async () => {
  aws.faults.next({ kind: "error", status: 400, code: "InvalidParameter" }, { action: "CreateTopic" });
  await expect(make("user-events")).rejects.toMatchObject({
    code: "aws/sender",
    message: expect.stringContaining("Creating the topic prod-user-events"),
  });
});

it("says what AWS refused", async () => {
  aws.faults.next({ kind: "error", status: 403, code: "AuthorizationError" }, { action: "CreateTopic" });
  await expect(make("user-events")).rejects.toMatchObject({
    code: "aws/denied",
    message: expect.stringContaining("Creating the topic prod-user-events"),
  });
});

it.each<[string, string, ProvisionOptions]>([
  ["topic", "user events", {}],
  ["maxReceiveCount", "t", { maxReceiveCount: 0 }],
  ["visibilityTimeoutMs", "t", { visibilityTimeoutMs: 1_500 }],
  ["retentionMs", "t", { retentionMs: 1_000 }],
  ["retentionMs", "t", { retentionMs: "long" as never }],
  ["encryption", "t", { encryption: "kms" as never }],
  ["encryption", "t", { encryption: { kmsKeyId: "" } }],
  ["delivery", "t", { delivery: "plain" as never }],
  ["filterPolicy", "t", { filterPolicy: null as never }],
  ["filterPolicy", "t", { filterPolicy: [] as never }],
  ["signal", "t", { signal: "now" as never }],
  ["deduplication", "t", { deduplication: "none" as never }],
  ["did you mean maxReceiveCount", "t", { maxRecieveCount: 3 } as never],
])("names %s when it is at fault", async (name, topic, options) => {
  const failed = make(topic, options);
  await expect(failed).rejects.toThrow(ConfigError);
  await expect(failed).rejects.toThrow(name);
});
