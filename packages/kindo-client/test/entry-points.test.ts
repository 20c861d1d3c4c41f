import { describe, expect, it } from "@jest/globals";
import { type ConfigError, silentLogger as logger } from "@wirekit/core";
import {
  KindoClient,
  type SignableRequest,
  type SignOptions,
  sendToProducer,
  sendToProducerViaArn,
  signRequest,
  validateMessage,
} from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";

// Everything a program can call, with what it should not hand in. Nothing listens at this address: what is
// not refused before it is sent fails in another way.
const url = "http://127.0.0.1:9/";
const arn = "arn:aws:lambda:eu-west-1:123456789012:function:f";
const message = aMessage();
const client = () => new KindoClient({ url, credentials, logger, retry: { maxAttempts: 1 } });

type Options = Readonly<Record<string, unknown>>;

/** Calls an entry point with options; what is left out are good ones. */
const entryPoints: Readonly<Record<string, (options: Options) => unknown>> = {
  "new KindoClient (URL)": (options) => new KindoClient({ url, ...options } as never),
  "new KindoClient (ARN)": (options) => new KindoClient({ arn, ...options } as never),
  "KindoClient.fromEnv": (options) =>
    KindoClient.fromEnv({ KINDO_MESSAGE_PRODUCER_URL: url }, options as never),
  send: (options) => client().send(message, options as never),
  sendMany: (options) => client().sendMany([message], options as never),
  sendStream: (options) => client().sendStream([message], options as never),
  close: (options) => client().close(options as never),
  sendToProducer: (options) => sendToProducer({ url, message, credentials, logger, ...options } as never),
  sendToProducerViaArn: (options) =>
    sendToProducerViaArn({ arn, message, credentials, logger, ...options } as never),
  "signRequest, its options": (options) => {
    const good: SignOptions = { region: "eu-west-1", service: "lambda", credentials: { ...credentials } };
    return signRequest({ method: "POST", url }, { ...good, ...options } as never);
  },
  "signRequest, its request": (request) => {
    const good: SignableRequest = { method: "POST", url };
    const options: SignOptions = { region: "eu-west-1", service: "lambda", credentials };
    return signRequest({ ...good, ...request } as never, options);
  },
};

async function refusalOf(call: () => unknown): Promise<ConfigError> {
  try {
    await call();
  } catch (thrown) {
    return thrown as ConfigError;
  }
  throw new Error("it was not refused");
}

/** Numbers that are none, too small, and more than a timer can count. */
const badTimes = [Number.NaN, -1, 2 ** 31, null, "1000"];
const badCounts = [Number.NaN, -1, 0, 1.5, null, "5"];
const badTexts = ["", " ", 5, null, "eu-west-1\n"];

const misuses: readonly (readonly [entryPoint: string, option: string, values: readonly unknown[]])[] = [
  ...["new KindoClient (URL)", "new KindoClient (ARN)", "KindoClient.fromEnv"].flatMap((entryPoint) => [
    [entryPoint, "timeoutMs", [...badTimes, 0]] as const,
    [entryPoint, "region", badTexts] as const,
    [entryPoint, "credentials", [null, 5, "AKID", {}, { accessKeyId: "A" }, []]] as const,
    [entryPoint, "schema", [null, "", 5, Number.NaN]] as const,
    [
      entryPoint,
      "retry",
      [null, 5, { maxAttempts: Number.NaN }, { baseDelayMs: -1 }, { maxAttempt: 1 }],
    ] as const,
    [entryPoint, "logger", [null, {}, "console"]] as const,
    [entryPoint, "clock", [null, {}, 5]] as const,
    [entryPoint, "random", [null, 0.5]] as const,
  ]),
  ...["new KindoClient (URL)", "KindoClient.fromEnv"].flatMap((entryPoint) => [
    [entryPoint, "service", badTexts] as const,
    [entryPoint, "maxConnections", badCounts] as const,
    [entryPoint, "connectTimeoutMs", badTimes] as const,
    [entryPoint, "responseTimeoutMs", [...badTimes, 0]] as const,
    [entryPoint, "fetch", [null, "fetch", {}]] as const,
    [entryPoint, "transport", [null, {}, 5]] as const,
    [entryPoint, "proxy", [null, 5, { https: "nowhere" }, { htps: "http://proxy:1" }]] as const,
    [entryPoint, "idempotencyKey", [null, "key"]] as const,
    [entryPoint, "url", [null, "", "nowhere", 5, "https://a:b@c"]] as const,
  ]),
  ["new KindoClient (ARN)", "arn", [null, "", 5, "arn:aws:sqs:eu-west-1:1:q", `${arn}\n`]],
  ["new KindoClient (ARN)", "endpoint", [null, "", "nowhere", 5]],
  ["new KindoClient (ARN)", "lambda", [null, {}, 5]],
  ["send", "timeoutMs", [...badTimes, 0]],
  ["send", "signal", [null, {}, 5]],
  ["send", "idempotencyKey", [null, "", "two words", 5, "x".repeat(256)]],
  ...["sendMany", "sendStream"].flatMap((entryPoint) => [
    [entryPoint, "timeoutMs", [...badTimes, 0]] as const,
    [entryPoint, "signal", [null, {}, 5]] as const,
    [entryPoint, "concurrency", badCounts] as const,
  ]),
  ["sendMany", "onProgress", [null, {}, 5]],
  ["close", "timeoutMs", badTimes],
  ...["sendToProducer", "sendToProducerViaArn"].flatMap((entryPoint) => [
    [entryPoint, "timeoutMs", [...badTimes, 0]] as const,
    [entryPoint, "signal", [null, {}, 5]] as const,
    [entryPoint, "region", badTexts] as const,
    [entryPoint, "schemaPath", [null, "", 5]] as const,
  ]),
  ["sendToProducer", "service", badTexts],
  ["signRequest, its options", "region", ["", 5, null, undefined]],
  ["signRequest, its options", "service", ["", 5, null, undefined]],
  ["signRequest, its options", "credentials", [null, undefined, 5, "AKID"]],
  ["signRequest, its options", "date", [null, "2026-01-15", 5, new Date(Number.NaN)]],
  ["signRequest, its options", "normalizePath", [null, "no", 0]],
  ["signRequest, its options", "signBody", [null, "no", 0]],
  ["signRequest, its options", "omitSessionToken", [null, "no", 0]],
  ["signRequest, its request", "method", [null, "", 5, undefined]],
  ["signRequest, its request", "url", [null, "", 5, undefined, "/path"]],
  ["signRequest, its request", "body", [null, 5, {}]],
  ["signRequest, its request", "headers", [null, 5, "Host: x"]],
];

describe.each(misuses)("%s names the option %s,", (entryPoint, option, values) => {
  it.each(values.map((value) => [value]))("which is %p", async (value) => {
    const error = await refusalOf(() => entryPoints[entryPoint]?.({ [option]: value }));
    expect(error.name).toMatch(/^(ConfigError|ValidationError)$/);
    const paths = error.issues.map(({ path }) => path);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path.split(/[.[]/)[0]).toBe(option);
  });
});

it.each(Object.keys(entryPoints).filter((name) => name !== "signRequest, its request"))(
  "%s names an option that does not exist, and the nearest that does",
  async (name) => {
    const [given, nearest] = name.startsWith("signRequest")
      ? ["normalisePath", "normalizePath"]
      : ["timeoutMS", "timeoutMs"];
    const error = await refusalOf(() => entryPoints[name]?.({ [given]: 5 }));
    expect(error.name).toBe("ConfigError");
    expect(error.message).toContain(`${given} is not an option; did you mean ${nearest}?`);
  },
);

it("signRequest passes over what else a request has, because it may be one that is about to be sent", async () => {
  const options = { region: "eu-west-1", service: "lambda", credentials, date: new Date(0) };
  const request = { method: "POST", url };
  const sent = { ...request, signal: new AbortController().signal, target: "/" };
  expect(await signRequest(sent, options)).toEqual(await signRequest(request, options));
});

describe.each([[null], [5], ["options"], [Number.NaN]])(
  "in place of its options %p is refused by",
  (nonsense) => {
    const calls: readonly (readonly [string, (options: never) => unknown])[] = [
      ["new KindoClient", (options) => new KindoClient(options)],
      ["fromEnv, as its environment", (options) => KindoClient.fromEnv(options)],
      ["fromEnv, as its overrides", (options) => KindoClient.fromEnv({}, options)],
      ["send", (options) => client().send(message, options)],
      ["sendMany", (options) => client().sendMany([message], options)],
      ["sendMany, as its messages", (messages) => client().sendMany(messages)],
      ["sendStream", (options) => client().sendStream([message], options)],
      ["sendStream, as its messages", (messages) => client().sendStream(messages)],
      ["close", (options) => client().close(options)],
      ["sendToProducer", (options) => sendToProducer(options)],
      ["sendToProducerViaArn", (options) => sendToProducerViaArn(options)],
      ["signRequest, as its request", (request) => signRequest(request, {} as never)],
      ["signRequest", (options) => signRequest({ method: "POST", url }, options)],
      ["validateMessage, as its schema", (schema) => validateMessage(message, schema)],
    ];
    it.each(calls)("%s", async (_name, call) => {
      const error = await refusalOf(() => call(nonsense as never));
      expect(error.name).toBe("ConfigError");
    });

    it("send and validateMessage, as their message", async () => {
      for (const call of [() => client().send(nonsense as never), () => validateMessage(nonsense)]) {
        expect(await refusalOf(call)).toMatchObject({
          name: "ValidationError",
          code: "kindo/invalid-message",
        });
      }
    });
  },
);

it("bad options of a client are refused before anything is opened, and those of a send count as not sent", async () => {
  const kindo = client();
  await refusalOf(() => kindo.send(message, { timeoutMs: Number.NaN }));
  expect(kindo.stats()).toMatchObject({
    sends: { accepted: 1, notSent: 1, pending: 0 },
    connections: { opened: 0, open: 0 },
  });
  await kindo.close();
});
