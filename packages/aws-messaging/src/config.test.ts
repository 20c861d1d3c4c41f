import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { type AwsMessagingOptions, awsMessagingConfig, awsMessagingConfigFromEnv } from "./config.ts";

const regionName = "eu-west-1";
const aStore = { newPointer: () => {}, put: () => {}, get: () => {}, delete: () => {} };

function faults(build: () => unknown): ConfigError {
  try {
    build();
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
    throw thrown;
  }
  throw new Error("the configuration was accepted");
}

describe("the configuration", () => {
  it("needs nothing but the region", () => {
    expect(awsMessagingConfig({ regionName })).toMatchObject({
      regionName,
      credentials: undefined,
      topicMap: {},
      queueMap: {},
      retry: { maxAttempts: 4, maxElapsedMs: 30_000 },
      requestTimeoutMs: 30_000,
      maxMessageBytes: 262_144,
    });
  });

  it.each<[string, Partial<Record<keyof AwsMessagingOptions, unknown>>]>([
    ["regionName", { regionName: "Ireland" }],
    ["regionName", { regionName: undefined }],
    ["credentials", { credentials: null }],
    ["credentials", { credentials: "AKID" }],
    ["credentials.accessKeyId", { credentials: { secretAccessKey: "s3cret" } }],
    ["credentials.secretAccessKey", { credentials: { accessKeyId: "AKID" } }],
    [
      "credentials.sessionToken",
      { credentials: { accessKeyId: "a", secretAccessKey: "b", sessionToken: "" } },
    ],
    ["roleArn", { roleArn: "admin" }],
    ["externalId", { externalId: "x" }],
    ["roleSessionName", { roleSessionName: "orders" }],
    ["roleSessionName", { roleArn: "arn:aws:iam::123456789012:role/r", roleSessionName: "no spaces" }],
    ["endpointUrl", { endpointUrl: "not a url" }],
    ["endpointUrl", { endpointUrl: "ftp://127.0.0.1" }],
    ["endpointUrl", { endpointUrl: "http://sqs.example.com" }],
    ["plainHttpHosts", { plainHttpHosts: "moto" }],
    ["proxy", { proxy: "http://proxy:3128" }],
    ["proxy.https", { proxy: { https: "proxy:3128" } }],
    ["proxy.htps", { proxy: { htps: "http://proxy:3128" } }],
    ["environment", { environment: "prod env" }],
    ["topicMap", { topicMap: { a: 1 } }],
    ["queueMap", { queueMap: [] }],
    ["retry.maxAttempts", { retry: { maxAttempts: 0 } }],
    ["retry.attempts", { retry: { attempts: 1 } }],
    ["retry", { retry: null }],
    ["requestTimeoutMs", { requestTimeoutMs: 0 }],
    ["requestTimeoutMs", { requestTimeoutMs: 2 ** 31 }],
    ["batching.maxInFlight", { batching: { maxInFlight: 0 } }],
    ["batching.whenFull", { batching: { whenFull: "drop" } }],
    ["rateLimits", { rateLimits: 5 }],
    ["rateLimits.orders.perSecond", { rateLimits: { orders: { perSecond: 0 } } }],
    ["rateLimits.orders.burst", { rateLimits: { orders: { perSecond: 1, burst: 0 } } }],
    ["encryption", { encryption: {} }],
    ["largeBodies.store", { largeBodies: { store: {} } }],
    ["largeBodies.afterHandling", { largeBodies: { store: aStore, afterHandling: "burn" } }],
    ["audit", { audit: "yes" }],
    ["sns", { sns: {} }],
    ["logger", { logger: {} }],
    ["clock", { clock: null }],
    ["random", { random: 4 }],
    ["accountId", { accountId: "12" }],
    ["maxMessageBytes", { maxMessageBytes: 1_048_577 }],
    ["region", { region: "eu-west-1" } as never],
  ])("names %s when it is at fault", (name, options) => {
    const error = faults(() => awsMessagingConfig({ regionName, ...options } as AwsMessagingOptions));
    expect(error.issues.map((issue) => issue.path)).toEqual([name]);
  });

  it("names a list of hosts that is none beside the endpoint that it was for", () => {
    const options = { regionName, endpointUrl: "http://moto:5000", plainHttpHosts: "moto" };
    const error = faults(() => awsMessagingConfig(options as unknown as AwsMessagingOptions));
    expect(error.issues.map((issue) => issue.path).sort()).toEqual(["endpointUrl", "plainHttpHosts"]);
  });

  it("names all faults at once, and no value", () => {
    const error = faults(() =>
      awsMessagingConfig({
        regionName: "?",
        credentials: { secretAccessKey: "hunter22" },
        accountId: "12",
        retry: { maxAttempts: 1.5 },
      } as unknown as AwsMessagingOptions),
    );
    expect(error.issues.map((issue) => issue.path)).toEqual([
      "regionName",
      "credentials.accessKeyId",
      "retry.maxAttempts",
      "accountId",
    ]);
    expect(error.message).not.toContain("hunter22");
  });

  it.each(["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:1", "https://sqs.example.com"])(
    "takes %s for an endpoint",
    (endpointUrl) => {
      expect(awsMessagingConfig({ regionName, endpointUrl }).endpointUrl).toBe(endpointUrl);
    },
  );

  it("takes plain http for a host that is named", () => {
    const endpointUrl = "http://moto:5000";
    for (const host of ["moto", "moto:5000"]) {
      expect(awsMessagingConfig({ regionName, endpointUrl, plainHttpHosts: [host] }).endpointUrl).toBe(
        endpointUrl,
      );
    }
  });

  it("holds credentials and role as they will be used", () => {
    const config = awsMessagingConfig({
      regionName,
      roleArn: "arn:aws:iam::123456789012:role/r",
      externalId: "x",
      credentials: { accessKeyId: "AKID", secretAccessKey: "s3cret", sessionToken: "token" },
    });
    expect(config.credentials).toEqual({
      accessKeyId: "AKID",
      secretAccessKey: "s3cret",
      sessionToken: "token",
    });
    expect(config).toMatchObject({
      roleArn: "arn:aws:iam::123456789012:role/r",
      externalId: "x",
      roleSessionName: "wirekit",
    });
  });

  it("is itself what a client, and another configuration, is made with", () => {
    const config = awsMessagingConfig({ regionName, environment: "prod", retry: { maxAttempts: 2 } });
    const { logger: _, ...read } = awsMessagingConfig(config);
    expect(read).toEqual({ ...config, logger: undefined, ...read });
    expect(read.retry).toEqual(config.retry);
  });
});

describe("the configuration from the environment", () => {
  it("reads the original's variables", () => {
    const config = awsMessagingConfigFromEnv({
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "s3cret",
      AWS_REGION_NAME: regionName,
      AWS_TOPIC_MAP: '{"user-events": "arn:aws:sns:eu-west-1:123456789012:users"}',
      AWS_QUEUE_MAP: '{"user-events": "users"}',
      AWS_RETRY_ATTEMPTS: "0",
      AWS_TIMEOUT: "2.5",
    });
    expect(config).toMatchObject({
      credentials: { accessKeyId: "AKID", secretAccessKey: "s3cret" },
      topicMap: { "user-events": "arn:aws:sns:eu-west-1:123456789012:users" },
      queueMap: { "user-events": "users" },
      retry: { maxAttempts: 1 },
      requestTimeoutMs: 2_500,
    });
  });

  it("names malformed variables", () => {
    const error = faults(() =>
      awsMessagingConfigFromEnv({
        AWS_REGION_NAME: regionName,
        AWS_TOPIC_MAP: "[1]",
        AWS_QUEUE_MAP: "{",
        AWS_RETRY_ATTEMPTS: "many",
        AWS_TIMEOUT: "-1",
      }),
    );
    expect(error.issues.map((issue) => issue.path)).toEqual([
      "AWS_TOPIC_MAP",
      "AWS_QUEUE_MAP",
      "AWS_RETRY_ATTEMPTS",
      "AWS_TIMEOUT",
    ]);
  });

  it("names what is missing by its variable, and an override by its option", () => {
    const alone = faults(() => awsMessagingConfigFromEnv({ AWS_ACCESS_KEY_ID: "AKID" }, { accountId: "1" }));
    expect(alone.issues.map((issue) => issue.path)).toEqual([
      "AWS_REGION_NAME",
      "AWS_SECRET_ACCESS_KEY",
      "accountId",
    ]);
  });

  it("names variables that cannot be read beside options that are missing", () => {
    const both = faults(() => awsMessagingConfigFromEnv({ AWS_RETRY_ATTEMPTS: "many" }, { accountId: "1" }));
    expect(both.issues.map((issue) => issue.path)).toEqual([
      "AWS_RETRY_ATTEMPTS",
      "AWS_REGION_NAME",
      "accountId",
    ]);
  });

  it("lets overrides win, and takes one that is undefined for not said", () => {
    const environment = { AWS_REGION_NAME: regionName, AWS_RETRY_ATTEMPTS: "7", AWS_TIMEOUT: "soon" };
    const overrides = { retry: undefined, requestTimeoutMs: 500 };
    expect(awsMessagingConfigFromEnv(environment, overrides)).toMatchObject({
      retry: { maxAttempts: 8 },
      requestTimeoutMs: 500,
    });
    expect(
      awsMessagingConfigFromEnv({ AWS_REGION_NAME: regionName }, { regionName: "us-east-1" }),
    ).toMatchObject({
      regionName: "us-east-1",
    });
  });

  it("takes an override of undefined for one that is not given", () => {
    const overrides = { regionName: undefined, requestTimeoutMs: undefined };
    expect(awsMessagingConfigFromEnv({ AWS_REGION_NAME: regionName }, overrides)).toMatchObject({
      regionName,
    });
    const misread = () => awsMessagingConfigFromEnv({}, overrides);
    expect(misread).toThrow("AWS_REGION_NAME");
  });
});
