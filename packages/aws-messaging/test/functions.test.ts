import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { ClosedError, ConfigError, silentLogger } from "@wirekit/core";
import {
  AwsMessaging,
  type AwsMessagingConfig,
  awsMessagingConfig,
  closeMessaging,
  consume,
  defineEvent,
  publish,
  publishBatch,
  publishEvent,
  runConsumer,
  SubscriptionRegistry,
} from "../src/index.ts";
import { numbers, OrderPlaced, placedAt, recordingLogger, startFixture, until } from "./messaging-fixture.ts";

const target = { topic: "orders", schema: OrderPlaced };
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const event = (n: number) => ({ n, placed_at: placedAt });
const Placed = defineEvent({
  ...target,
  discriminator: { attribute: "type", value: "placed" },
  attributes: ({ n }) => ({ n, digest: new Uint8Array([n, 255]) }),
});

let fixture: Awaited<ReturnType<typeof startFixture>>;
let config: AwsMessagingConfig;

beforeEach(async () => {
  fixture = await startFixture();
  const { aws } = fixture;
  config = awsMessagingConfig({
    regionName: aws.regionName,
    endpointUrl: aws.endpointUrl,
    environment: "test",
    credentials: aws.credentials,
  });
});

afterEach(async () => {
  await closeMessaging(config);
  await fixture.close();
});

describe("the functions", () => {
  it("share one client per configuration, until it is closed", async () => {
    await fixture.messaging().provision("orders");
    const handled: unknown[] = [];
    const consumer = consume(config, { ...target, ...quick }, ({ n }) => void handled.push(n));
    await publish(config, target, event(1));
    await publishBatch(config, target, [{ event: event(2) }]);
    await publishEvent(config, Placed(event(3)));
    await until(() => handled.length === 3);
    expect([...handled].sort()).toEqual([1, 2, 3]);

    expect(await closeMessaging(config)).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
    await consumer.closed;
    expect(await closeMessaging(config)).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
    await expect(publish(config, target, event(4))).resolves.toMatchObject({ messageId: expect.any(String) });
  });

  it("run all subscriptions until the signal fires", async () => {
    await fixture.messaging().provision("orders", { delivery: "wrapped" });
    const seen: unknown[] = [];
    const subscriptions = new SubscriptionRegistry().subscribe("orders", Placed, (_event, { metadata }) => {
      seen.push(metadata.attributes);
    });
    const controller = new AbortController();
    const running = runConsumer(config, subscriptions, { ...quick, signal: controller.signal });
    await publishEvent(config, Placed(event(5)));
    await until(() => seen.length === 1);
    controller.abort();
    await running;
    // The envelope of SNS carries bytes as base64; a handler gets the bytes.
    expect(seen).toEqual([{ type: "placed", n: 5, digest: new Uint8Array([5, 255]) }]);
  });

  it("reject where nothing was subscribed to, and return at once under a signal that has fired", async () => {
    const none = new SubscriptionRegistry();
    await expect(runConsumer(config, none)).rejects.toThrow("at least one topic");
    const some = new SubscriptionRegistry().subscribe("orders", Placed, () => {});
    await runConsumer(config, some, { signal: AbortSignal.abort() });
  });
});

it("counts what is held and what became of it for each topic, and closes at the end of a block", async () => {
  await fixture.messaging().provision("orders");
  const messaging = fixture.messaging();
  {
    await using used = messaging;
    await used.publishEvent(Placed(event(1)));
    const { sends, topics } = used.stats();
    expect(sends).toMatchObject({ accepted: 1, delivered: 1, pending: 0 });
    expect(Object.values(topics)).toEqual([expect.objectContaining({ delivered: 1 })]);
  }
  await expect(messaging.publish(target, event(2))).rejects.toMatchObject({ code: "wirekit/closed" });
});

it("goes on when the audit hook throws", async () => {
  const logger = recordingLogger();
  const messaging = fixture.messaging({
    logger,
    audit: () => {
      throw new Error("the disk is full");
    },
  });
  await messaging.provision("orders");
  await messaging.publish(target, event(1));
  expect(logger.lines).toEqual([expect.stringContaining("audit hook")]);
});

it("closes a consumer when its signal fires, also when that was before", async () => {
  const messaging = fixture.messaging();
  await messaging.provision("orders");
  const controller = new AbortController();
  const consumer = messaging.consume({ ...target, ...quick, signal: controller.signal }, () => {});
  controller.abort();
  await consumer.closed;
  await messaging.consume({ ...target, ...quick, signal: controller.signal }, () => {}).closed;
});

it("finds credentials by the standard chain where the configuration has none", async () => {
  const { aws } = fixture;
  await fixture.messaging().provision("orders");
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "FROMTHECHAIN", AWS_SECRET_ACCESS_KEY: "secret" });
  const { endpointUrl, regionName } = aws;
  const chained = awsMessagingConfig({ endpointUrl, regionName, environment: "test" });
  const signedBy: string[] = [];
  aws.faults.next(
    { kind: "hold", before: "answer", forMs: 0 },
    { on: "PublishBatch", when: ({ headers }) => signedBy.push(headers.authorization ?? "") > 0 },
  );
  try {
    await publish(chained, target, event(1));
  } finally {
    await closeMessaging(chained);
    const before = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  expect(signedBy).toEqual([expect.stringContaining("Credential=FROMTHECHAIN/")]);
});

it("names every option at fault at once, before anything is started", () => {
  const options = { concurrency: 0, visibilityTimeoutMs: 1_500, receiveSize: 11, retry: { maxAttempts: 0 } };
  const start = () => fixture.messaging().consume({ ...target, ...options }, () => {});
  expect(start).toThrow(ConfigError);
  expect(start).toThrow(/concurrency.*maxAttempts.*visibilityTimeoutMs.*receiveSize/);
});

it("starts no consumer once it is closed", async () => {
  const messaging = fixture.messaging();
  await messaging.close();
  expect(() => messaging.consume(target, () => {})).toThrow(ClosedError);
  const subscriptions = new SubscriptionRegistry().subscribe("orders", Placed, () => {});
  await expect(messaging.runConsumer(subscriptions)).rejects.toThrow(ClosedError);
});

it("takes a body that is not JSON for invalid", async () => {
  const messaging = fixture.messaging();
  await messaging.provision("orders");
  const consumer = messaging.consume({ ...target, ...quick }, () => {});
  const processed = new Promise((resolve) => consumer.on("processed", resolve));
  const sns = await publishText("hello there");
  expect(sns).toBeDefined();
  await expect(processed).resolves.toMatchObject({
    outcome: "invalid",
    error: { message: "The message is not JSON" },
  });
});

describe("a dead-letter destination", () => {
  it.each([
    ["a topic", { topic: "given-up" }, "test-given-up-queue"],
    ["a FIFO topic", { topic: "given-up.fifo" }, "test-given-up-queue.fifo"],
  ])("can be %s", async (_what, deadLetter, queue) => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    await messaging.provision(deadLetter.topic);
    await giveUp(messaging, deadLetter);
    await until(async () => (await fixture.aws.inspectQueue(queue)).ready.length === 1);
  });

  it("can be a FIFO queue or topic by what its name is mapped to", async () => {
    const { aws } = fixture;
    await fixture.messaging().provision("orders");
    await fixture.messaging().provision("given-up.fifo");
    const topicArn = `arn:aws:sns:${aws.regionName}:${aws.accountId}:test-given-up.fifo`;
    const mapped: AwsMessagingConfig = {
      ...fixture.config,
      queueMap: { given: "test-given-up-queue.fifo" },
      topicMap: { given: topicArn },
    };
    const messaging = new AwsMessaging({ ...mapped, logger: silentLogger });
    for (const deadLetter of [{ queue: "given" }, { topic: "given" }]) {
      const consumer = await giveUp(messaging, deadLetter);
      await until(() => consumer.stats().deadLettered === 1);
      await consumer.close();
    }
    await messaging.close();
    expect((await aws.inspectQueue("test-given-up-queue.fifo")).ready).toHaveLength(2);
  });

  it("can be a FIFO queue", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    await fixture.aws.createQueue("given-up.fifo");
    await giveUp(messaging, { queue: "given-up.fifo" });
    await until(async () => (await fixture.aws.inspectQueue("given-up.fifo")).ready.length === 1);
  });

  it("that does not exist loses nothing: the message is tried again until it does", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders", { maxReceiveCount: 100 });
    const consumer = await giveUp(messaging, { queue: "later" });
    await until(() => consumer.stats().failedDeadLetters > 0);
    await fixture.aws.createQueue("later");
    await until(async () => (await fixture.aws.inspectQueue("later")).ready.length === 1);
  });
});

async function giveUp(
  messaging: ReturnType<typeof fixture.messaging>,
  deadLetter: { readonly queue: string } | { readonly topic: string },
) {
  const consumer = messaging.consume(
    // A long poll that was dropped may take a message with it, which comes again after this time.
    { ...target, ...quick, deadLetter, retry: { maxAttempts: 1 }, visibilityTimeoutMs: 2_000 },
    () => {
      throw new Error("never");
    },
  );
  await messaging.publish(target, event(numbers(1)[0] ?? 0));
  return consumer;
}

async function publishText(text: string): Promise<unknown> {
  const { aws } = fixture;
  const { SNSClient, PublishCommand } = await import("@aws-sdk/client-sns");
  const client = new SNSClient({
    endpoint: aws.endpointUrl,
    region: aws.regionName,
    credentials: aws.credentials,
  });
  const TopicArn = `arn:aws:sns:${aws.regionName}:${aws.accountId}:test-orders`;
  return client.send(new PublishCommand({ TopicArn, Message: text })).finally(() => client.destroy());
}
