import { describe, expect, it } from "@jest/globals";
import type { ConfigError } from "@wirekit/core";
import { type KindoClientOptions, resolveOptions } from "./config.ts";

const arn = "arn:aws:lambda:eu-west-1:123456789012:function:kindo-producer";

describe("what is left out", () => {
  it("has its documented default", () => {
    expect(resolveOptions({ url: "https://example.com" })).toMatchObject({
      target: { kind: "url", url: "https://example.com/", service: "lambda" },
      region: "ap-southeast-2",
      timeoutMs: 30_000,
      credentials: undefined,
      schema: undefined,
    });
  });

  it("counts as left out also where it is there and undefined", () => {
    const options = { url: "https://example.com", arn: undefined, region: undefined, timeoutMs: undefined };
    expect(resolveOptions({ ...options, service: undefined, retry: undefined })).toMatchObject({
      region: "ap-southeast-2",
      timeoutMs: 30_000,
    });
  });
});

describe("an ARN", () => {
  it.each([
    [arn, "kindo-producer", "eu-west-1"],
    [`${arn}:live`, "kindo-producer", "eu-west-1"],
    [`${arn}:$LATEST`, "kindo-producer", "eu-west-1"],
    ["arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:f", "f", "us-gov-west-1"],
  ])("%s names the function and the region", (given, functionName, region) => {
    const { target, region: resolved } = resolveOptions({ arn: given });
    expect(target).toMatchObject({ kind: "arn", arn: given, functionName });
    expect(resolved).toBe(region);
  });

  it("gives way to a region that is given", () => {
    expect(resolveOptions({ arn, region: "us-east-1" }).region).toBe("us-east-1");
  });
});

describe("options that cannot be used are all named, and none of their values:", () => {
  it.each<[string, object, readonly string[]]>([
    ["neither url nor arn", {}, ["url or arn is required"]],
    ["both", { url: "https://example.com", arn }, ["url and arn cannot both be given"]],
    ["a relative URL", { url: "/path" }, ["url must be an absolute http(s) URL"]],
    ["a URL of another scheme", { url: "ftp://example.com" }, ["url must be an absolute http(s) URL"]],
    ["a URL without a host", { url: "https:///path" }, ["url must be an absolute http(s) URL"]],
    ["a URL object", { url: new URL("https://example.com") }, ["url must be a text"]],
    [
      "a password in the URL",
      { url: "https://a:hidden@example.com" },
      ["url must not carry a user name or password"],
    ],
    ["a fragment", { url: "https://example.com/#hidden" }, ["url must not have a fragment (#)"]],
    [
      "half a character",
      { url: "https://example.com/\ud800" },
      ["url must not hold half of a surrogate pair"],
    ],
    [
      "an ARN of another kind",
      { arn: "arn:aws:sqs:eu-west-1:1:q" },
      ["arn must be the ARN of a Lambda function"],
    ],
    [
      "everything at once",
      {
        url: 1,
        region: "",
        service: 5,
        timeoutMs: 0,
        retry: { maxAttempts: 0, baseDelayMs: Number.NaN },
        credentials: { accessKeyId: "AKID", secretAccessKey: "" },
        maxConnections: 0.5,
        responseTimeoutMs: -1,
      },
      [
        "url must be a text",
        'region must be the name of a region, such as "ap-southeast-2"',
        'service must be the name of an AWS service, such as "lambda"',
        "timeoutMs must be a number of at least 1 and at most 2147483647, or Infinity",
        "retry.maxAttempts must be a whole number of at least 1, or Infinity",
        "retry.baseDelayMs must be a number of at least 0 and at most 2147483647",
        "credentials.secretAccessKey is required",
        "maxConnections must be a whole number of at least 1",
        "responseTimeoutMs must be a number of at least 1",
      ],
    ],
    [
      "credentials of another type",
      { arn, credentials: "AKID:hidden" },
      ["credentials must be credentials, or a"],
    ],
    [
      "what belongs to the other way of sending, or is misspelt",
      { arn, maxConnections: 5, timeoutMS: 1, lamda: {} },
      [
        "maxConnections is not an option",
        "timeoutMS is not an option; did you mean timeoutMs?",
        "lamda is not an option; did you mean lambda?",
      ],
    ],
    [
      "a newline in the region, and an expiration that is a text",
      {
        arn,
        region: "eu-west-1\n",
        credentials: { accessKeyId: 1, secretAccessKey: "S", expiration: "2026" },
      },
      [
        "region must be",
        "credentials.accessKeyId must be a text",
        "credentials.expiration must be a valid Date",
      ],
    ],
    [
      "an endpoint that is no URL",
      { arn, endpoint: "localhost" },
      ["endpoint must be an absolute http(s) URL"],
    ],
    ["null", null as never, ["options must be an object", "url or arn is required"]],
    ["a time-out that is no number", { arn, timeoutMs: Number.NaN }, ["timeoutMs must be a number"]],
  ])("%s", (_name, options, issues) => {
    const error = refusalOf(options as KindoClientOptions);
    for (const issue of issues) expect(error.message).toContain(issue);
    expect(error.issues).toHaveLength(issues.length);
    expect(error.message).not.toContain("hidden");
  });
});

function refusalOf(options: KindoClientOptions): ConfigError {
  try {
    resolveOptions(options);
  } catch (thrown) {
    return thrown as ConfigError;
  }
  throw new Error("it was not refused");
}
