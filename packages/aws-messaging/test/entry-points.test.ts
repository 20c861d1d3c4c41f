import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ConfigError, silentLogger } from "@wirekit/core";
import * as z from "zod";
import {
  AwsMessaging,
  type AwsMessagingConfig,
  awsMessagingConfig,
  closeMessaging,
  consume,
  defineEvent,
  kmsKeyProvider,
  localKeyring,
  messageCipher,
  publish,
  publishBatch,
  publishEvent,
  runConsumer,
  SubscriptionRegistry,
  s3BodyStore,
} from "../src/index.ts";

/** Nothing that is refused here asks AWS: the address is one that would not answer. */
const config = awsMessagingConfig({
  regionName: "eu-west-1",
  endpointUrl: "http://127.0.0.1:1",
  credentials: { accessKeyId: "id", secretAccessKey: "key" },
  accountId: "123456789012",
  retry: { maxAttempts: 1 },
  logger: silentLogger,
});
const schema = z.object({ n: z.number() });
const target = { topic: "orders", schema };
const event = { n: 1 };
const Placed = defineEvent(target);

let messaging: AwsMessaging;
beforeAll(() => {
  messaging = new AwsMessaging(config);
});
afterAll(async () => {
  await Promise.all([messaging.close({ timeoutMs: 0 }), closeMessaging(config, { timeoutMs: 0 })]);
});

const any = (value: unknown) => value as never;

/** What is at fault, as the error of a call says, whether it throws or rejects. */
async function faultsOf(call: () => unknown): Promise<readonly string[]> {
  try {
    await call();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.issues.map(({ path, message }) => `${path} ${message}`);
    throw thrown;
  }
  return [];
}

/** Bad values for each kind of option of a call. */
const wrong: Readonly<Record<string, readonly unknown[]>> = {
  duration: [Number.NaN, -1, 2 ** 31, null, "1", {}],
  signal: [null, "now", {}, 7],
  map: [null, 7, "text", []],
};

const publishing: readonly (readonly [string, keyof typeof wrong])[] = [
  ["timeoutMs", "duration"],
  ["signal", "signal"],
  ["attributes", "map"],
];

describe("an option of a publish", () => {
  const calls: Readonly<Record<string, (options: object) => Promise<unknown>>> = {
    publish: (options) => messaging.publish(target, event, options),
    publishEvent: (options) => messaging.publishEvent(Placed(event), options),
    "the function publish": (options) => publish(config, target, event, options),
    "the function publishEvent": (options) => publishEvent(config, Placed(event), options),
  };

  it.each(publishing)("%s is refused by name, whichever call it is of", async (name, kind) => {
    for (const [call, publishWith] of Object.entries(calls)) {
      for (const value of wrong[kind] ?? []) {
        const faults = await faultsOf(() => publishWith({ [name]: value }));
        expect([call, value, faults]).toEqual([
          call,
          value,
          [expect.stringMatching(`^${name} (must|lacks)`)],
        ]);
      }
    }
  });

  it("that is misspelt is named with the nearest that there is, whichever call it is of", async () => {
    for (const publishWith of Object.values(calls)) {
      expect(await faultsOf(() => publishWith({ timeoutMS: 1, groupID: "g" }))).toEqual([
        "timeoutMS is not an option; did you mean timeoutMs?",
        "groupID is not an option; did you mean groupId?",
      ]);
      for (const options of [null, 7, "text", []])
        expect(await faultsOf(() => publishWith(any(options)))).toEqual(["options must be an object"]);
    }
  });

  it("of a batch is refused for the whole batch, one of a message for that message", async () => {
    for (const value of wrong.duration ?? []) {
      const faults = await faultsOf(() => messaging.publishBatch(target, [], { timeoutMs: any(value) }));
      expect(faults).toEqual([expect.stringMatching("^timeoutMs must")]);
    }
    expect(await faultsOf(() => publishBatch(config, target, [], any({ atributes: {} })))).not.toEqual([]);
    const outcomes = await messaging.publishBatch(target, [
      any({ event, groupid: "g" }),
      any(null),
      any({ event, attributes: 7 }),
    ]);
    expect(outcomes).toMatchObject([
      { kind: "not-sent", error: { message: expect.stringContaining("did you mean groupId?") } },
      { kind: "not-sent", error: { code: "aws-messaging/validation-failed" } },
      { kind: "not-sent", error: { message: expect.stringContaining("attributes must map") } },
    ]);
  });
});

describe("what is no target, event or list", () => {
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "target must be { topic, schema }"],
    ["null", null, "target must be { topic, schema }"],
    ["a text", "orders", "target must be { topic, schema }"],
    ["no topic", { schema }, "target.topic is required"],
    ["an empty topic", { schema, topic: "" }, "target.topic must be a text that is not empty"],
    ["no schema", { topic: "orders" }, "target.schema must be a Standard Schema"],
    ["a schema that is none", { topic: "orders", schema: {} }, "target.schema must be a Standard Schema"],
  ])("is refused by name as a target: %s", async (_, value, expected) => {
    const calls = [
      () => messaging.publish(any(value), any(event)),
      () => messaging.publishBatch(any(value), []),
      () => messaging.publishEvent(any({ definition: value, event })),
      () => publish(config, any(value), any(event)),
    ];
    for (const call of calls) expect(await faultsOf(call)).toEqual([expect.stringContaining(expected)]);
  });

  it.each([undefined, null, 7, {}, "events"])("is refused as events: %j", async (events) => {
    const expected = ["events must be a list"];
    expect(await faultsOf(() => messaging.publishBatch(target, any(events)))).toEqual(expected);
    expect(await faultsOf(() => publishBatch(config, target, any(events)))).toEqual(expected);
  });

  it.each([undefined, null, {}, 7])("is refused as an event that knows its topic: %j", async (defined) => {
    const expected = [expect.stringContaining("target must be")];
    expect(await faultsOf(() => messaging.publishEvent(any(defined)))).toEqual(expected);
    expect(await faultsOf(() => publishEvent(config, any(defined)))).toEqual(expected);
  });
});

it.each([undefined, null, {}, "config"])("a function refuses %j for a configuration", async (value) => {
  const wrongConfig = any(value) as AwsMessagingConfig;
  const calls = [
    () => publish(wrongConfig, target, event),
    () => publishBatch(wrongConfig, target, []),
    () => publishEvent(wrongConfig, Placed(event)),
    () => consume(wrongConfig, { queue: "q", schema }, () => undefined),
    () => runConsumer(wrongConfig, new SubscriptionRegistry()),
  ];
  for (const call of calls) {
    const faults = await faultsOf(call);
    expect(faults.every((fault) => /^(options|regionName) /.test(fault)) && faults.length > 0).toBe(true);
  }
});

describe("a limit of closing that is none", () => {
  it("closes nothing, and is refused by name", async () => {
    for (const timeoutMs of wrong.duration ?? []) {
      const expected = [expect.stringMatching("^timeoutMs must")];
      const own = new AwsMessaging(config);
      expect(await faultsOf(() => own.close({ timeoutMs: any(timeoutMs) }))).toEqual(expected);
      expect(own.health().status).toBe("ok");
      await own.close();
    }
    const another = awsMessagingConfig({ ...config });
    await publishBatch(another, target, []);
    expect(await faultsOf(() => closeMessaging(another, { timeoutMs: Number.NaN }))).not.toEqual([]);
    expect(await closeMessaging(another)).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
  });
});

it.each<[string, () => unknown, readonly string[]]>([
  ["a topic that is none", () => new SubscriptionRegistry().subscribe("", schema, () => {}), ["topic"]],
  ["no event", () => new SubscriptionRegistry().subscribe("t", any(undefined), () => {}), ["event"]],
  ["no handler", () => new SubscriptionRegistry().subscribe("t", schema, any(undefined)), ["handler"]],
  [
    "a definition that is none",
    () => new SubscriptionRegistry().subscribe("t", any({ discriminator: 7 }), any(null)),
    ["event.schema", "event.discriminator", "handler"],
  ],
  ["no registry", () => messaging.runConsumer(any(undefined)), ["subscriptions"]],
  ["an empty registry", () => messaging.runConsumer(new SubscriptionRegistry()), ["subscriptions"]],
  ["no definition", () => defineEvent(any(undefined)), ["options"]],
  ["an empty definition", () => defineEvent(any({})), ["topic", "schema"]],
  [
    "members that are wrong",
    () => defineEvent(any({ ...target, groupID: () => "g", groupId: "g", attributes: {} })),
    ["groupID", "attributes", "groupId"],
  ],
  ["no options of S3", () => s3BodyStore(any(undefined)), ["options"]],
  [
    "options of S3 that are wrong",
    () => s3BodyStore(any({ bucket: "", prefix: "", maxBodyBytes: 2.5, config: {}, bukket: "b" })),
    ["bukket", "bucket", "prefix", "maxBodyBytes", "config"],
  ],
  ["neither way to S3", () => s3BodyStore({ bucket: "b" }), ["config"]],
  ["no options of KMS", () => kmsKeyProvider(any(null)), ["options"]],
  [
    "options of KMS that are wrong",
    () => kmsKeyProvider(any({ keyId: " ", formerKeyIds: [7], encryptionContext: { a: 1 }, kms: {} })),
    ["keyId", "formerKeyIds[0]", "encryptionContext", "kms"],
  ],
  ["neither way to KMS", () => kmsKeyProvider({ keyId: "k" }), ["config"]],
  ["no options of a cipher", () => messageCipher(any(undefined)), ["options"]],
  [
    "options of a cipher that are wrong",
    () =>
      messageCipher(
        any({ keys: {}, dataKeyLifetimeMs: Number.NaN, dataKeyMaxMessages: 0, unencrypted: "?" }),
      ),
    ["keys", "dataKeyLifetimeMs", "dataKeyMaxMessages", "unencrypted"],
  ],
  ["no options of a keyring", () => localKeyring(any(undefined)), ["options"]],
  ["keys that are none", () => localKeyring(any({ keys: null, currentKeyId: "k" })), ["keys"]],
  ["a key that is none", () => localKeyring(any({ keys: { k: "k" }, currentKeyId: "k" })), ["keys.k"]],
  ["a key that is not there", () => localKeyring({ keys: {}, currentKeyId: "k" }), ["currentKeyId"]],
  ["no topic to provision", () => messaging.provision(any(undefined)), ["topic"]],
  ["no options of a provision", () => messaging.provision("t", any(null)), ["options"]],
])("%s: refused by name", async (_, call, paths) => {
  expect((await faultsOf(call)).map((fault) => fault.split(" ", 1)[0])).toEqual(paths);
});

it("runConsumer names options at fault also where its signal has fired", async () => {
  const subscriptions = new SubscriptionRegistry().subscribe("t", schema, () => {});
  const options = { concurency: 1, prefetch: -1, deadLetter: { queue: "" }, signal: AbortSignal.abort() };
  const faults = await faultsOf(() => messaging.runConsumer(subscriptions, any(options)));
  expect(faults.map((fault) => fault.split(" ", 1)[0])).toEqual([
    "concurency",
    "prefetch",
    "deadLetter.queue",
  ]);
});
