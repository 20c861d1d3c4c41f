import { expect, it } from "@jest/globals";
import { ConfigError, consoleLogger, type Env, type Overrides, systemClock } from "@wirekit/core";
import { makeFromEnv } from "@wirekit/core/kit";
import { ScriptedSqs } from "../../test/sqs/scripted-sqs.ts";
import { SqsMessageBus } from "./sqs-message-bus.ts";
import { resolveSqsOptions, type SqsMessageBusOptions, sqsVariables, toSeconds } from "./sqs-options.ts";

const queueUrl = "http://localhost:9324";

/** The paths that a configuration is refused for. */
function faultsOf(task: () => unknown): readonly string[] {
  try {
    task();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.issues.map(({ path }) => path);
    throw thrown;
  }
  return [];
}

/** What `fromEnv` gives to the constructor. */
function optionsFromEnv(env: Env, overrides: Overrides<SqsMessageBusOptions> = {}): SqsMessageBusOptions {
  return makeFromEnv<SqsMessageBusOptions, SqsMessageBusOptions>(
    { variables: sqsVariables, env, overrides },
    (options) => options,
  );
}

it("has a default for everything but the URL", () => {
  expect(resolveSqsOptions({ queueUrl, random: Math.random })).toEqual({
    service: { endpoint: queueUrl, queuesBase: queueUrl, region: undefined },
    region: "eu-west-1",
    lingerMs: 0,
    timeoutMs: 10_000,
    proxy: {},
    logger: consoleLogger,
    clock: systemClock,
    random: Math.random,
  });
});

it("takes the region of AWS's host where none is given, and refuses another one", () => {
  const aws = "https://sqs.us-east-2.amazonaws.com";
  expect(resolveSqsOptions({ queueUrl: aws }).region).toBe("us-east-2");
  expect(resolveSqsOptions({ queueUrl, region: "us-east-2" }).region).toBe("us-east-2");
  expect(faultsOf(() => resolveSqsOptions({ queueUrl: aws, region: "eu-west-1" }))).toEqual(["region"]);
});

it("names every option at fault at once", () => {
  const wrong = {
    queueUrl: "nowhere",
    region: " ",
    client: { send: async () => ({}) },
    sqs: new ScriptedSqs(),
    visibilityTimeoutMs: -1,
    delaySeconds: 901,
    lingerMs: Number.NaN,
    orderOnPartialFailure: "loose" as "strict",
    retry: { maxAttempts: 0 },
    timeoutMs: 0,
  };
  expect([...faultsOf(() => new SqsMessageBus(wrong))].sort()).toEqual(
    [
      "delaySeconds",
      "lingerMs",
      "orderOnPartialFailure",
      "queueUrl",
      "region",
      "retry.maxAttempts",
      "sqs",
      "timeoutMs",
      "visibilityTimeoutMs",
    ].sort(),
  );
  expect(faultsOf(() => new SqsMessageBus({} as SqsMessageBusOptions))).toEqual(["queueUrl"]);
});

it("rounds a visibility time-out up to whole seconds, up to twelve hours", () => {
  expect([1, 1_000, 1_001, 0].map(toSeconds)).toEqual([1, 1, 2, 0]);
  const longest = 12 * 3_600_000;
  expect(resolveSqsOptions({ queueUrl, visibilityTimeoutMs: longest }).visibilityTimeoutMs).toBe(longest);
  const tooLong = { queueUrl, visibilityTimeoutMs: longest + 1 };
  expect(faultsOf(() => resolveSqsOptions(tooLong))).toEqual(["visibilityTimeoutMs"]);
  const consume = () =>
    new SqsMessageBus({ queueUrl }).consume({ target: "q", visibilityTimeoutMs: 0 }, () => {});
  expect(faultsOf(consume)).toEqual(["visibilityTimeoutMs"]);
});

it("reads the environment only where that is asked for, with overrides in its place", () => {
  const env = {
    SQS_QUEUE_URL: queueUrl,
    AWS_REGION: "eu-north-1",
    AWS_ACCESS_KEY_ID: "id",
    AWS_SECRET_ACCESS_KEY: "key",
    AWS_SESSION_TOKEN: "token",
  };
  const credentials = {
    accessKeyId: "id",
    secretAccessKey: "key",
    sessionToken: "token",
  };
  expect(optionsFromEnv(env)).toEqual({
    queueUrl,
    region: "eu-north-1",
    credentials,
  });
  const own = { accessKeyId: "other", secretAccessKey: "other" };
  expect(
    optionsFromEnv(env, {
      region: "eu-west-2",
      credentials: own,
      delaySeconds: 10,
    }),
  ).toEqual({
    queueUrl,
    region: "eu-west-2",
    credentials: own,
    delaySeconds: 10,
  });
  expect(optionsFromEnv({ AWS_REGION: " " }, { queueUrl })).toEqual({
    queueUrl,
  });
});

it("names every variable and every override at fault, and no value", () => {
  const env = {
    SQS_QUEUE_URL: "http://secret@host",
    AWS_ACCESS_KEY_ID: "secret",
  };
  const read = () => SqsMessageBus.fromEnv(env, { delaySeconds: 0.5 });
  expect(faultsOf(read)).toEqual(["SQS_QUEUE_URL", "AWS_SECRET_ACCESS_KEY", "delaySeconds"]);
  expect(read).not.toThrow("secret@");
  expect(faultsOf(() => SqsMessageBus.fromEnv({}))).toEqual(["SQS_QUEUE_URL"]);
  const halves = { SQS_QUEUE_URL: queueUrl, AWS_SECRET_ACCESS_KEY: "secret" };
  expect(faultsOf(() => SqsMessageBus.fromEnv(halves))).toEqual(["AWS_ACCESS_KEY_ID"]);
});
