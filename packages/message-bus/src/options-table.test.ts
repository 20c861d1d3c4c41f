import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { KafkaMessageBus, MemoryMessageBus, SqsMessageBus } from "./index.ts";
import { resolveKafkaOptions } from "./kafka/kafka-options.ts";
import { resolveMemoryOptions } from "./memory/memory-options.ts";
import { resolveSqsOptions } from "./sqs/sqs-options.ts";

/** What callers without types hand in by mistake. */
const mistakes: Readonly<Record<string, unknown>> = {
  null: null,
  NaN: Number.NaN,
  "-1": -1,
  "0.5": 0.5,
  "2^31": 2 ** 31,
  Infinity: Number.POSITIVE_INFINITY,
  "an empty text": "",
  "a blank": " ",
  "a number in a text": "7",
  "a text": "nonsense",
  true: true,
  "an object": {},
  "a list": [],
  "a list of nothing": [null],
  "a function": () => 7,
};

/** Of each kind of option, which of the mistakes are none. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  text: ["a number in a text", "a text"],
  word: [],
  duration: [],
  "duration from zero": ["0.5"],
  credentials: ["an object", "a function"],
  "whole number": ["2^31"],
  "bounded whole number": [],
  server: [],
  assignors: [],
  group: ["an object"],
  methods: [],
  random: ["a function"],
};

const kafka: Readonly<Record<string, keyof typeof kinds>> = {
  bootstrapServers: "server",
  securityProtocol: "word",
  saslMechanism: "word",
  userName: "text",
  password: "text",
  tls: "group",
  producerId: "text",
  consumerId: "text",
  lingerMs: "duration from zero",
  maxBatchMessages: "bounded whole number",
  maxBatchBytes: "bounded whole number",
  maxPendingMessages: "whole number",
  maxPendingBytes: "whole number",
  compression: "word",
  deliveryTimeoutMs: "duration",
  requestTimeoutMs: "duration",
  connectTimeoutMs: "duration",
  topicCreation: "word",
  metadataMaxAgeMs: "duration",
  sessionTimeoutMs: "duration",
  rebalanceTimeoutMs: "duration",
  heartbeatIntervalMs: "duration",
  fetchMaxWaitMs: "duration",
  fetchMaxBytesPerPartition: "bounded whole number",
  fetchMaxBytes: "bounded whole number",
  keylessOrder: "word",
  receiveOrder: "word",
  maxBufferedBytes: "whole number",
  commitIntervalMs: "duration from zero",
  rebalanceGraceMs: "duration from zero",
  assignors: "assignors",
  logger: "methods",
  clock: "methods",
  random: "random",
  driver: "methods",
};
const memory: Readonly<Record<string, keyof typeof kinds>> = {
  visibilityTimeoutMs: "duration",
  maxMessages: "whole number",
  maxBytes: "whole number",
  maxRememberedEvents: "whole number",
  clock: "methods",
  logger: "methods",
};
const sqs: Readonly<Record<string, keyof typeof kinds>> = {
  queueUrl: "server",
  region: "text",
  credentials: "credentials",
  proxy: "group",
  client: "methods",
  sqs: "methods",
  visibilityTimeoutMs: "duration from zero",
  delaySeconds: "bounded whole number",
  lingerMs: "duration from zero",
  orderOnPartialFailure: "word",
  retry: "group",
  timeoutMs: "duration",
  logger: "methods",
  clock: "methods",
  random: "random",
};

const queueUrl = "http://localhost:9324";
const login = { securityProtocol: "SASL_SSL", userName: "somebody", password: "very-secret" } as const;

const any = (value: unknown) => value as never;

function faultsOf(make: () => unknown): readonly string[] {
  try {
    make();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.issues.map(({ path, message }) => `${path} ${message}`);
  }
}

describe.each([
  {
    bus: "Kafka",
    table: kafka,
    make: (options: object) => new KafkaMessageBus({ ...login, ...options }),
    resolved: Object.keys(resolveKafkaOptions(login)),
    hidden: { sasl: ["saslMechanism", "userName", "password"] } as Readonly<
      Record<string, readonly string[]>
    >,
  },
  {
    bus: "SQS",
    table: sqs,
    make: (options: object) => new SqsMessageBus({ queueUrl, ...options }),
    resolved: Object.keys(resolveSqsOptions({ queueUrl })),
    hidden: { service: ["queueUrl"] } as Readonly<Record<string, readonly string[]>>,
  },
  {
    bus: "memory",
    table: memory,
    make: (options: object) => new MemoryMessageBus(options),
    resolved: Object.keys(resolveMemoryOptions({})),
    hidden: {} as Readonly<Record<string, readonly string[]>>,
  },
])("the options of the bus over $bus", ({ table, make, resolved, hidden }) => {
  it("are all in the table", () => {
    expect(resolved.flatMap((name) => hidden[name] ?? [name]).sort()).toEqual(Object.keys(table).sort());
  });

  it.each(Object.entries(table))("%s is refused by name unless it is a %s", (name, kind) => {
    for (const [what, value] of Object.entries(mistakes)) {
      const isTaken = (kinds[kind] ?? []).includes(what);
      const found = faultsOf(() => make({ [name]: value }));
      const own = found.filter((fault) => fault.startsWith(`${name} `));
      expect([what, own.length > 0]).toEqual([what, !isTaken]);
      expect(found.join()).not.toMatch(/nonsense|very-secret/);
    }
  });

  it.each(Object.keys(table))("%s is named where it is misspelt", (name) => {
    const misspelt = `${name}s`;
    expect(faultsOf(() => make({ [misspelt]: 1 }))).toEqual([
      `${misspelt} is not an option; did you mean ${name}?`,
    ]);
  });

  it.each([null, 7, "text", []])("are an object, and not %j", (options) => {
    expect(faultsOf(() => new SqsMessageBus(any(options)))).toEqual(["options must be an object"]);
    expect(faultsOf(() => new MemoryMessageBus(options as object))).toEqual(["options must be an object"]);
    expect(faultsOf(() => new KafkaMessageBus(options as object))).toEqual(["options must be an object"]);
  });
});

describe("the options of a group", () => {
  it.each(["ca", "cert", "key", "passphrase", "serverName"])(
    "tls.%s is a text, in PEM or by name",
    (name) => {
      for (const [what, value] of Object.entries(mistakes)) {
        if (what === "a text" || what === "a number in a text") continue;
        const found = faultsOf(() => new KafkaMessageBus({ ...login, tls: { [name]: value } as object }));
        expect([what, found.some((fault) => fault.startsWith(`tls.${name} `))]).toEqual([what, true]);
      }
      expect(
        faultsOf(() => new KafkaMessageBus({ ...login, tls: { [`${name}s`]: "pem" } as object })),
      ).toEqual([expect.stringContaining(`tls.${name}s is not an option; did you mean ${name}?`)]);
    },
  );
});

describe("what the bus in memory is asked for besides", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["predicate must be a function", () => new MemoryMessageBus().waitForMessage(undefined as never)],
    ["timeoutMs must be", () => new MemoryMessageBus().waitForMessage(() => true, { timeoutMs: Number.NaN })],
    ["stage must be", () => new MemoryMessageBus().waitForMessage(() => true, { stage: "seen" as never })],
    [
      "timeoutMS is not an option",
      () => new MemoryMessageBus().waitForMessage(() => true, { timeoutMS: 1 } as never),
    ],
    ["text must be a text", () => new MemoryMessageBus().sendText(undefined as never, { target: "t" })],
    ["text must be a text", () => new MemoryMessageBus().sendText(7 as never, { target: "t" })],
    ["target is required", () => new MemoryMessageBus().sendText("text", undefined as never)],
    [
      "headers must map",
      () => new MemoryMessageBus().sendText("text", { target: "t", headers: { a: 1 } as never }),
    ],
    [
      "headers must map",
      () => new MemoryMessageBus().sendText("text", { target: "t", headers: "h" as never }),
    ],
    [
      "headers must map",
      () => new MemoryMessageBus().sendText("text", { target: "t", headers: null as never }),
    ],
    [
      "key must be",
      () => new MemoryMessageBus().sendText(Buffer.from([255]), { target: "t", key: 7 as never }),
    ],
    ["timeoutMs must be", () => new MemoryMessageBus().close({ timeoutMs: Number.NaN })],
    ["timeoutMs must be", () => new MemoryMessageBus().close({ timeoutMs: 2 ** 31 })],
  ])("is refused: %s", async (expected, call) => {
    await expect(call()).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(expected),
    });
  });
});

describe("what the bus over Kafka is asked for besides", () => {
  const bus = new KafkaMessageBus(login);
  it.each<[string, () => Promise<unknown>]>([
    ["options must be an object", () => bus.lag(undefined as never)],
    ["target must be a topic", () => bus.lag({ target: "" })],
    ["groupId must be", () => bus.lag({ target: "t", groupId: "" })],
    ["options must be an object", () => bus.acknowledgeReceipt(null as never)],
    ["receiptHandle is required", () => bus.acknowledgeReceipt({ target: "t" } as never)],
    [
      "receiptHandle must be a text",
      () => bus.acknowledgeReceipt({ target: "t", receiptHandle: 7 as never }),
    ],
    [
      "timeoutMs must be",
      () => bus.acknowledgeReceipt({ target: "t", receiptHandle: "t:0:0", timeoutMs: -1 }),
    ],
    ["timeoutMs must be", () => bus.close({ timeoutMs: -1 })],
  ])("is refused: %s", async (expected, call) => {
    await expect(call()).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining(expected),
    });
  });
});
