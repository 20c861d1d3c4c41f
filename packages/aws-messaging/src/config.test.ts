import { describe, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { type AwsMessagingOptions, awsMessagingConfig, awsMessagingConfigFromEnv } from "./config.ts";

const regionName = "eu-west-1";

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
      retryAttempts: 3,
      timeoutMs: 30_000,
      maxMessageBytes: 262_144,
    });
  });

  it.each<[string, Partial<Record<keyof AwsMessagingOptions, unknown>>]>([
    ["regionName", { regionName: "Ireland" }],
    ["regionName", { regionName: undefined }],
    ["awsAccessKeyId", { awsSecretAccessKey: "s3cret" }],
    ["awsSecretAccessKey", { awsAccessKeyId: "AKID" }],
    ["awsSessionToken", { awsSessionToken: "token" }],
    ["roleArn", { roleArn: "admin" }],
    ["externalId", { externalId: "x" }],
    ["roleSessionName", { roleSessionName: "orders" }],
    ["roleSessionName", { roleArn: "arn:aws:iam::123456789012:role/r", roleSessionName: "no spaces" }],
    ["endpointUrl", { endpointUrl: "not a url" }],
    ["endpointUrl", { endpointUrl: "ftp://127.0.0.1" }],
    ["endpointUrl", { endpointUrl: "http://sqs.example.com" }],
    ["plainHttpHosts", { plainHttpHosts: "moto" }],
    ["environment", { environment: "prod env" }],
    ["topicMap", { topicMap: { a: 1 } }],
    ["queueMap", { queueMap: [] }],
    ["retryAttempts", { retryAttempts: -1 }],
    ["timeoutMs", { timeoutMs: 0 }],
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
    expect(error.issues.map((issue) => issue.path)).toEqual(["endpointUrl", "plainHttpHosts"]);
  });

  it("names all faults at once, and no value", () => {
    const error = faults(() =>
      awsMessagingConfig({
        regionName: "?",
        awsSecretAccessKey: "hunter22",
        accountId: "12",
        retryAttempts: 1.5,
      }),
    );
    expect(error.issues.map((issue) => issue.path)).toEqual([
      "regionName",
      "awsAccessKeyId",
      "retryAttempts",
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
      awsAccessKeyId: "AKID",
      awsSecretAccessKey: "s3cret",
      awsSessionToken: "token",
      roleArn: "arn:aws:iam::123456789012:role/r",
      externalId: "x",
    });
    expect(config.credentials).toEqual({
      accessKeyId: "AKID",
      secretAccessKey: "s3cret",
      sessionToken: "token",
    });
    expect(config.role).toEqual({
      roleArn: "arn:aws:iam::123456789012:role/r",
      externalId: "x",
      sessionName: "wirekit",
    });
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
      retryAttempts: 0,
      timeoutMs: 2_500,
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
    const overrides = { retryAttempts: undefined, timeoutMs: 500 };
    expect(awsMessagingConfigFromEnv(environment, overrides)).toMatchObject({
      retryAttempts: 7,
      timeoutMs: 500,
    });
    expect(
      awsMessagingConfigFromEnv({ AWS_REGION_NAME: regionName }, { regionName: "us-east-1" }),
    ).toMatchObject({
      regionName: "us-east-1",
    });
  });

  it("takes an override of undefined for one that is not given", () => {
    const overrides = { regionName: undefined, timeoutMs: undefined };
    expect(awsMessagingConfigFromEnv({ AWS_REGION_NAME: regionName }, overrides)).toMatchObject({
      regionName,
    });
    const misread = () => awsMessagingConfigFromEnv({}, overrides);
    expect(misread).toThrow("AWS_REGION_NAME");
  });
});
