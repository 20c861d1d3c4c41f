import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readEnvFile } from "./env-file.ts";
import { optionsFromEnv } from "./from-env.ts";

const url = "https://abc.lambda-url.eu-west-1.on.aws/";
const arn = "arn:aws:lambda:eu-west-1:123456789012:function:kindo-producer";

let directory: string;
const home = process.cwd();
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kindo-env-"));
  process.chdir(directory);
});
afterEach(async () => {
  process.chdir(home);
  await rm(directory, { recursive: true });
});

describe("the environment", () => {
  it("names the URL, the region, the service and the credentials", () => {
    const env = {
      KINDO_MESSAGE_PRODUCER_URL: url,
      KINDO_MESSAGE_BEHAVIOR: "instant",
      AWS_REGION: "eu-west-1",
      AWS_SERVICE: "execute-api",
      AWS_ACCESS_KEY_ID: "AKID",
      AWS_SECRET_ACCESS_KEY: "secret",
      AWS_SESSION_TOKEN: "token",
    };
    expect(optionsFromEnv(env, {})).toEqual({
      url,
      region: "eu-west-1",
      service: "execute-api",
      credentials: { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "token" },
    });
  });

  it("leaves region and service to the defaults, and the credentials to the standard chain", () => {
    expect(optionsFromEnv({ KINDO_MESSAGE_PRODUCER_URL: url }, {})).toEqual({
      url,
      region: undefined,
      service: "lambda",
      credentials: expect.any(Function),
    });
  });

  it("names the function where there is no URL; where there are both, the URL counts", () => {
    expect(optionsFromEnv({ KINDO_MESSAGE_PRODUCER_ARN: arn }, {})).toMatchObject({ arn });
    const both = optionsFromEnv({ KINDO_MESSAGE_PRODUCER_ARN: arn, KINDO_MESSAGE_PRODUCER_URL: url }, {});
    expect(both).toMatchObject({ url });
    expect(both).not.toHaveProperty("arn");
  });

  it("gives way to overrides, also for the address", () => {
    const env = { KINDO_MESSAGE_PRODUCER_URL: url, AWS_REGION: "eu-west-1", AWS_SERVICE: "execute-api" };
    const credentials = { accessKeyId: "A", secretAccessKey: "S" };
    const overrides = { region: "us-east-1", service: "lambda", credentials, timeoutMs: 5 };
    expect(optionsFromEnv(env, overrides)).toEqual({ url, ...overrides });
    expect(optionsFromEnv(env, { arn })).toMatchObject({ arn });
    expect(optionsFromEnv(env, { arn })).not.toHaveProperty("url");
  });

  it("is answered with one error that names everything that is wrong, and no value", () => {
    const env = { KINDO_MESSAGE_BEHAVIOR: "later-hidden", KINDO_MESSAGE_PRODUCER_URL: "  " };
    expect(() => optionsFromEnv(env, {})).toThrow(
      "Invalid configuration: KINDO_MESSAGE_PRODUCER_URL or KINDO_MESSAGE_PRODUCER_ARN is required; " +
        'KINDO_MESSAGE_BEHAVIOR must be "instant"',
    );
    const malformed = { KINDO_MESSAGE_PRODUCER_URL: "hidden://x" };
    expect(() => optionsFromEnv(malformed, {})).toThrow(
      /^Invalid configuration: KINDO_MESSAGE_PRODUCER_URL must be an http\(s\) URL$/,
    );
  });
});

describe("a .env file in the working directory", () => {
  it("says what the environment does not, and nothing else", async () => {
    await writeFile(
      ".env",
      [
        "# where to send",
        `KINDO_MESSAGE_PRODUCER_URL="${url}"`,
        "export AWS_REGION=eu-west-1 # comment",
        "AWS_SERVICE='from the file'",
        "AWS_ACCESS_KEY_ID=AKID",
        "AWS_SECRET_ACCESS_KEY=a=b#c",
      ].join("\r\n"),
    );
    const before = { ...process.env };
    expect(optionsFromEnv({ AWS_SERVICE: "from the environment", AWS_REGION: "" }, {})).toEqual({
      url,
      region: "eu-west-1",
      service: "from the environment",
      credentials: { accessKeyId: "AKID", secretAccessKey: "a=b", sessionToken: undefined },
    });
    expect(process.env).toEqual(before);
  });

  it("may be absent", () => {
    expect(readEnvFile()).toEqual({});
  });

  it("that cannot be read is an error", async () => {
    await mkdir(".env");
    expect(() => readEnvFile()).toThrow("Invalid configuration: .env is there, but cannot be read");
  });
});
