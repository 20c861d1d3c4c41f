import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { clientConformance } from "@wirekit/core/testing";
import * as z from "zod";
import { AwsMessaging, type AwsMessagingOptions, awsMessagingConfig, defineEvent } from "../src/index.ts";
import { SnsPeer } from "./sns-peer.ts";

const schema = z.object({ n: z.number() });
const regionName = "eu-west-1";
let count = 0;

describe("AwsMessaging", () => {
  const cases = clientConformance<AwsMessaging, SnsPeer>({
    startPeer: () => SnsPeer.start(),
    create: (peer, overrides) =>
      new AwsMessaging({
        regionName,
        endpointUrl: peer.url,
        accountId: "123456789012",
        credentials: { accessKeyId: "AKID", secretAccessKey: "s3cret-s3cret" },
        requestTimeoutMs: 2_000,
        retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
        logger: silentLogger,
        ...overrides,
      } as AwsMessagingOptions),
    send: (messaging, options) => {
      count += 1;
      return messaging.publish({ topic: "orders", schema }, { n: count }, options);
    },
    options: {
      durations: ["requestTimeoutMs", "batching.lingerMs", "retry.baseDelayMs", "retry.maxDelayMs"],
      numbers: ["maxMessageBytes", "batching.maxInFlight", "batching.maxPending", "retry.maxAttempts"],
      texts: [
        "regionName",
        "roleArn",
        "externalId",
        "roleSessionName",
        "endpointUrl",
        "environment",
        "accountId",
        "batching.whenFull",
      ],
      functions: ["audit", "random"],
      objects: [
        "credentials",
        "retry",
        "batching",
        "rateLimits",
        "encryption",
        "largeBodies",
        "topicMap",
        "queueMap",
        "logger",
        "clock",
        "sns",
        "sqs",
      ],
    },
    fromEnv: {
      create: (env, overrides) => AwsMessaging.fromEnv(env, overrides),
      env: { AWS_REGION_NAME: regionName },
      bad: [
        {
          env: { AWS_REGION_NAME: "nowhere at all", AWS_RETRY_ATTEMPTS: "many", AWS_TIMEOUT: "-1234" },
          names: ["AWS_REGION_NAME", "AWS_RETRY_ATTEMPTS", "AWS_TIMEOUT"],
        },
        { env: { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE" }, names: ["AWS_REGION_NAME", "AWS_SECRET_ACCESS_KEY"] },
      ],
    },
    hooks: ["audit"],
  });
  for (const { name, run } of cases) it(name, run);
});

describe("consume", () => {
  const messaging = () => new AwsMessaging({ regionName, logger: silentLogger });
  const target = { queue: "orders", schema };
  const faultsOf = (options: unknown, handler: unknown = () => undefined): string[] => {
    try {
      void messaging()
        .consume(options as never, handler as never)
        .close();
      return [];
    } catch (thrown) {
      return (thrown as { readonly issues: readonly { readonly path: string }[] }).issues.map(
        ({ path }) => path,
      );
    }
  };

  it.each<[string[], unknown]>([
    [["topic"], { schema }],
    [["topic"], { ...target, topic: "orders" }],
    [["schema"], { queue: "orders" }],
    [["schema"], { queue: "orders", schema: {} }],
    [["queue"], { queue: " ", schema }],
    [["discriminator"], { ...target, discriminator: { value: "placed" } }],
    [["discriminator"], { ...target, discriminator: null }],
    [["concurency"], { ...target, concurency: 5 }],
    [["prefetch"], { ...target, prefetch: -1 }],
    [["prefetch"], { ...target, prefetch: Number.NaN }],
    [["deadLetter"], { ...target, deadLetter: {} }],
    [["deadLetter"], { ...target, deadLetter: null }],
    [["deadLetter.queue"], { ...target, deadLetter: { queue: "", topic: "x" } }],
    [["deadLetter.target"], { ...target, deadLetter: { target: "x", queue: "y" } }],
    [["idempotency.store"], { ...target, idempotency: {} }],
    [["idempotency.keyOf"], { ...target, idempotency: { store: "memory", keyOf: 4 } }],
    [["signal"], { ...target, signal: 5 }],
    [["retry.maxAttempts"], { ...target, retry: { maxAttempts: 0 } }],
    [["handlerTimeoutMs"], { ...target, handlerTimeoutMs: 2 ** 31 }],
    [["visibilityTimeoutMs"], { ...target, visibilityTimeoutMs: 1_500 }],
    [["options"], null],
    [["options"], "orders"],
  ])("names %j", (names, options) => {
    expect(faultsOf(options)).toEqual(expect.arrayContaining(names));
  });

  it("names all of them at once, a missing handler too", () => {
    const options = { ...target, prefetch: -1, concurrency: 0, visibilityTimeoutMs: 1 };
    const names = ["prefetch", "handler", "concurrency", "visibilityTimeoutMs"];
    expect(faultsOf(options, null)).toEqual(expect.arrayContaining(names));
  });

  it("takes a definition for what it is, and names options of runConsumer that do not exist", async () => {
    const Placed = defineEvent({ topic: "orders", schema, attributes: () => ({}) });
    expect(faultsOf(Placed)).toEqual([]);
    expect(faultsOf({ ...Placed, prefetch: 3 })).toEqual([]);
    const { SubscriptionRegistry } = await import("../src/index.ts");
    const subscriptions = new SubscriptionRegistry().subscribe("orders", schema, () => {});
    const running = messaging().runConsumer(subscriptions, { concurency: 5 } as never);
    await expect(running).rejects.toThrow("did you mean concurrency");
  });

  it("says in health() what keeps a consumer from its queue, and closes in time all the same", async () => {
    const config = awsMessagingConfig({
      regionName,
      endpointUrl: "http://127.0.0.1:1",
      credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
      logger: silentLogger,
    });
    const client = new AwsMessaging(config);
    const consumer = client.consume(target, () => {});
    const isTold = new Promise((resolve) => consumer.on("fault", resolve));
    await isTold;
    expect(client.health()).toMatchObject({
      status: "degraded",
      reasons: [{ code: "aws/transient", message: expect.stringContaining("ECONNREFUSED") }],
    });
    expect(await client.close({ timeoutMs: 500 })).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
    await consumer.closed;
  });
});
