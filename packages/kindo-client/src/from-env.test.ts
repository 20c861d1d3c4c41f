import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Env } from "@wirekit/core";
import type { KindoClientOptions } from "./config.ts";
import { type KindoEnvOverrides, makeClientFromEnv, readEnvFile } from "./from-env.ts";
import { KindoClient } from "./kindo-client.ts";

const optionsFromEnv = (env: Env | undefined, overrides: KindoEnvOverrides) =>
  makeClientFromEnv(env, overrides, (options: KindoClientOptions) => options);

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
    const env = { KINDO_MESSAGE_PRODUCER_URL: url, AWS_SESSION_TOKEN: "a token without its keys" };
    expect(optionsFromEnv(env, {})).toEqual({ url });
    expect(optionsFromEnv({ ...env, AWS_PROFILE: "kindo" }, {})).toEqual({
      url,
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

/** Runs `task` with these variables, and no other that a client reads. */
function withEnvironment(variables: Env, task: () => void): void {
  const before = process.env;
  const others = Object.entries(before).filter(([name]) => !/^(AWS_|KINDO_|.*_proxy$)/i.test(name));
  process.env = { ...Object.fromEntries(others), ...variables };
  try {
    task();
  } finally {
    process.env = before;
  }
}

it.each<[string, Env, KindoEnvOverrides, string]>([
  [
    "half a key pair",
    { AWS_ACCESS_KEY_ID: "hidden" },
    {},
    "AWS_SECRET_ACCESS_KEY (or the option credentials.secretAccessKey) is required",
  ],
  [
    "an option that does not exist",
    {},
    { timeoutMS: 1 } as never,
    "timeoutMS is not an option; did you mean timeoutMs?",
  ],
  ["no overrides at all", {}, null as never, "overrides must be an object"],
  ["no environment at all", null as never, { url }, "env must be an object"],
])("%s is named", (_name, env, overrides, problem) => {
  const given = env && { KINDO_MESSAGE_PRODUCER_URL: url, ...env };
  expect(() => makeClientFromEnv(given, overrides, (options) => new KindoClient(options))).toThrow(problem);
});

it("takes the proxies from the environment, for a URL and for an ARN", () => {
  const env = { KINDO_MESSAGE_PRODUCER_URL: url, HTTPS_PROXY: "proxy.test:3128" };
  expect(optionsFromEnv(env, {})).toMatchObject({ proxy: { https: "http://proxy.test:3128" } });
  expect(optionsFromEnv({ ...env, KINDO_MESSAGE_PRODUCER_URL: "" }, { arn })).toMatchObject({
    proxy: { https: "http://proxy.test:3128" },
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
    withEnvironment({ AWS_SERVICE: "from the environment", AWS_REGION: "" }, () => {
      const before = { ...process.env };
      expect(optionsFromEnv(undefined, {})).toEqual({
        url,
        region: "eu-west-1",
        service: "from the environment",
        credentials: { accessKeyId: "AKID", secretAccessKey: "a=b" },
      });
      expect(process.env).toEqual(before);
    });
  });

  it("is not read when an environment is handed in", async () => {
    await writeFile(".env", `KINDO_MESSAGE_PRODUCER_URL=${url}`);
    expect(() => optionsFromEnv({}, {})).toThrow("KINDO_MESSAGE_PRODUCER_URL or");
  });

  const pair = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "secret" };
  const whole = { accessKeyId: "AKID", secretAccessKey: "secret" };
  it.each<[string, Env, Env, object | undefined]>([
    ["its token never goes with a pair from the environment", { AWS_SESSION_TOKEN: "T" }, pair, whole],
    ["its pair never goes with a token from the environment", pair, { AWS_SESSION_TOKEN: "T" }, whole],
    [
      "its pair goes with its token",
      { ...pair, AWS_SESSION_TOKEN: "T" },
      {},
      { ...whole, sessionToken: "T" },
    ],
    ["its pair gives way to one in the environment", { ...pair, AWS_SESSION_TOKEN: "T" }, pair, whole],
    ["its token alone is not read", { AWS_SESSION_TOKEN: "T" }, {}, undefined],
  ])("%s", async (_name, file, environment, credentials) => {
    const lines = Object.entries({ KINDO_MESSAGE_PRODUCER_URL: url, ...file });
    await writeFile(".env", lines.map(([name, value]) => `${name}=${value}`).join("\n"));
    withEnvironment(environment, () => {
      expect(optionsFromEnv(undefined, {}).credentials).toEqual(credentials);
    });
  });

  it.each([
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"],
  ] as const)("never makes a pair of its own %s and the environment's %s", async (inFile, inEnvironment) => {
    await writeFile(".env", `KINDO_MESSAGE_PRODUCER_URL=${url}\n${inFile}=${pair[inFile]}`);
    withEnvironment({ [inEnvironment]: pair[inEnvironment] }, () =>
      expect(() => KindoClient.fromEnv()).toThrow(`${inFile} (or the option`),
    );
  });

  it("is read by fromEnv with no arguments", async () => {
    await writeFile(".env", `KINDO_MESSAGE_PRODUCER_URL=${url}`);
    withEnvironment({}, () => expect(KindoClient.fromEnv()).toBeInstanceOf(KindoClient));
  });

  it("may be absent", () => {
    expect(readEnvFile()).toEqual({});
  });

  it("that cannot be read is an error", async () => {
    await mkdir(".env");
    expect(() => readEnvFile()).toThrow("Invalid configuration: .env is there, but cannot be read");
  });
});
