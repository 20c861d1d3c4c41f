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

const make = async (
  topic: string,
  options: ProvisionOptions = {},
  maps: Pick<AwsMessagingOptions, "topicMap" | "queueMap"> = {},
) =>
  provision(topic, options, {
    config: awsMessagingConfig({
      regionName: aws.regionName,
      environment: "prod",
      retry: { maxAttempts: 3, baseDelayMs: 1 },
      ...maps,
    }),
    sns: await clients.sns(),
    sqs: await clients.sqsAdmin(),
  });

const publish = async (TopicArn: string, groupId?: string) => {
  const group = groupId === undefined ? {} : { MessageGroupId: groupId };
  const sns = await clients.sns();
  return sns.publishBatch({ TopicArn, PublishBatchRequestEntries: [{ Id: "1", Message: "{}", ...group }] });
};

it("makes a topic whose messages arrive in its queue, raw", async () => {
  const { topicArn, queueUrl } = await make("user-events");
  await publish(topicArn);
  expect(queueUrl).toContain("prod-user-events-queue");
  expect((await aws.inspectQueue("prod-user-events-queue")).ready).toEqual(["{}"]);
});

it("can be run again, also with other settings", async () => {
  const first = await make("user-events");
  const second = await make("user-events", { visibilityTimeoutMs: 60_000, delivery: "wrapped" });
  expect(second).toEqual(first);
  await publish(first.topicArn);
  expect((await aws.inspectQueue("prod-user-events-queue")).ready).toEqual([
    expect.stringContaining("Notification"),
  ]);
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
  expect((await aws.inspectQueue("prod-orders-queue.fifo")).ready).toEqual(["{}"]);
});

it("makes topic and queue under the names that they are mapped to", async () => {
  const made = await make(
    "user-events",
    {},
    { topicMap: { "user-events": "users" }, queueMap: { "user-events": "crm" } },
  );
  expect([made.topicArn, made.queueArn, made.deadLetterQueueArn].map((arn) => arn.split(":").at(-1))).toEqual(
    ["users", "crm", "crm-dead-letters"],
  );
  await publish(made.topicArn);
  expect((await aws.inspectQueue("crm")).ready).toEqual(["{}"]);
});

it.each(["queueArn", "queueUrl"] as const)(
  "sets up what is mapped to by ARN and %s, and makes neither",
  async (how) => {
    const first = await make("user-events");
    const maps = { topicMap: { audit: first.topicArn }, queueMap: { audit: first[how] } };
    expect(await make("audit", { visibilityTimeoutMs: 60_000 }, maps)).toEqual(first);
    const missing = { topicMap: {}, queueMap: { audit: first[how].replace("user-events-queue", "missing") } };
    await expect(make("audit", {}, missing)).rejects.toMatchObject({ code: "aws/gone" });
  },
);

it("takes a standard queue on a FIFO topic, and no FIFO queue on a standard topic", async () => {
  const made = await make("orders.fifo", {}, { queueMap: { "orders.fifo": "orders-log" } });
  await publish(made.topicArn, "group");
  expect((await aws.inspectQueue("orders-log")).ready).toEqual(["{}"]);
  const failed = make("orders", {}, { queueMap: { orders: "orders.fifo" } });
  await expect(failed).rejects.toMatchObject({ name: "ConfigError", issues: [{ path: "queueMap.orders" }] });
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

it("asks for the filter policy, and arrays and texts are none", async () => {
  const asked: unknown[] = [];
  const sns = await clients.sns();
  const setSubscriptionAttributes: typeof sns.setSubscriptionAttributes = async (input) => {
    asked.push([input.AttributeName, input.AttributeValue]);
  };
  const config = awsMessagingConfig({ regionName: aws.regionName });
  const context = { config, sns: { ...sns, setSubscriptionAttributes }, sqs: await clients.sqsAdmin() };
  await provision("t", { filterPolicy: { kind: ["a"] } }, context);
  expect(asked).toContainEqual(["FilterPolicy", '{"kind":["a"]}']);
  for (const filterPolicy of [[], "kind"])
    await expect(make("t", { filterPolicy: filterPolicy as never })).rejects.toThrow("filterPolicy");
});

it("survives throttling in the middle", async () => {
  aws.faults.next({ kind: "error", status: 400, code: "ThrottlingException" }, { on: "SetQueueAttributes" });
  aws.faults.next({ kind: "reset", before: "apply" }, { on: "Subscribe" });
  await expect(make("user-events")).resolves.toMatchObject({ subscriptionArn: expect.any(String) });
});

it("says what AWS refused, where there is no such topic either", async () => {
  aws.faults.next({ kind: "error", status: 400, code: "InvalidParameter" }, { on: "CreateTopic" });
  await expect(make("user-events")).rejects.toMatchObject({
    code: "aws/sender",
    message: expect.stringContaining("Creating the topic prod-user-events"),
  });
});

it("says what AWS refused", async () => {
  aws.faults.next({ kind: "error", status: 403, code: "AuthorizationError" }, { on: "CreateTopic" });
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
  ["deduplication", "t", { deduplication: "none" as never }],
  ["did you mean maxReceiveCount", "t", { maxRecieveCount: 3 } as never],
])("names %s when it is at fault", async (name, topic, options) => {
  const failed = make(topic, options);
  await expect(failed).rejects.toThrow(ConfigError);
  await expect(failed).rejects.toThrow(name);
});
