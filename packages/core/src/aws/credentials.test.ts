import { expect, it } from "@jest/globals";
import { ConfigError, CredentialsError } from "../index.ts";
import { Faults } from "../kit/index.ts";
import { awsClientSettings, checkEndpoint } from "./client-settings.ts";
import { credentialsOption, sdkCredentials } from "./credentials.ts";

const keys = { accessKeyId: "AKIA", secretAccessKey: "secret" };

function faultsOf(value: unknown): readonly { path: string }[] {
  const faults = new Faults();
  credentialsOption()(value, "credentials", faults);
  return faults.issues;
}

it("takes fixed credentials, a provider, those of the SDK, and none", () => {
  const ofSdk = { ...keys, $source: {}, accountId: "123456789012", expiration: new Date(0) };
  for (const value of [undefined, keys, ofSdk, async () => keys]) expect(faultsOf(value)).toEqual([]);
});

it.each<[unknown, string[]]>([
  [null, ["credentials"]],
  ["AKIA", ["credentials"]],
  [[], ["credentials"]],
  [{}, ["credentials.accessKeyId", "credentials.secretAccessKey"]],
  [{ ...keys, sessionToken: "" }, ["credentials.sessionToken"]],
  [
    { ...keys, sessionToken: null, expiration: "soon" },
    ["credentials.sessionToken", "credentials.expiration"],
  ],
  [{ ...keys, expiration: new Date(Number.NaN) }, ["credentials.expiration"]],
])("names what is wrong with %j, and no value", (value, paths) => {
  expect(faultsOf(value).map(({ path }) => path)).toEqual(paths);
  expect(JSON.stringify(faultsOf(value))).not.toMatch(/AKIA|secret"/);
});

it("leaves out what is undefined, which the SDK takes for given", async () => {
  const expiration = new Date(0);
  expect(sdkCredentials({ ...keys, sessionToken: undefined })).toEqual(keys);
  const provider = sdkCredentials(async () => ({ ...keys, sessionToken: "t", expiration }));
  expect(await (provider as () => Promise<unknown>)()).toEqual({ ...keys, sessionToken: "t", expiration });
});

it.each([
  ["is at fault itself", () => Promise.reject(new TypeError("x is not a function")), "TypeError"],
  [
    "throws at once",
    () => {
      throw new RangeError("no");
    },
    "RangeError",
  ],
  ["throws an error of ours", () => Promise.reject(new CredentialsError("There are none")), "There are none"],
  ["fails", () => Promise.reject(new Error("http://169.254.169.254 said no")), "Error"],
  ["gives nothing", async () => undefined as never, "CredentialsProviderError"],
  ["cannot reach its service", () => Promise.reject({ code: "ECONNREFUSED" }), "ECONNREFUSED"],
])("makes a transient error of a provider that %s: the request never left", async (_, ask, fault) => {
  const provider = sdkCredentials(ask) as () => Promise<unknown>;
  await expect(provider()).rejects.toMatchObject({
    message: `Asking for AWS credentials failed: ${fault}`,
    code: "aws/transient",
    request: "unsent",
    retryable: true,
  });
});

it("gives up a provider that hangs, and asks it again", async () => {
  let calls = 0;
  const ask = () => {
    calls += 1;
    return calls === 1 ? new Promise<never>(() => {}) : Promise.resolve(keys);
  };
  const provider = sdkCredentials(ask, { timeoutMs: 5 }) as () => Promise<unknown>;
  await expect(provider()).rejects.toMatchObject({ code: "aws/transient", request: "unsent" });
  expect(await provider()).toEqual(keys);
});

it.each([
  [
    { name: "AccessDenied", $metadata: { httpStatusCode: 403 } },
    { code: "aws/denied", isFinal: true },
  ],
  [
    { name: "InvalidClientTokenId", $metadata: { httpStatusCode: 403 } },
    { code: "aws/denied", isFinal: false },
  ],
  [new ConfigError([{ path: "roleArn", message: "is wrong" }]), { code: "wirekit/config" }],
])("keeps what AWS or the configuration says of a provider: %j", async (thrown, expected) => {
  const provider = sdkCredentials(() => Promise.reject(thrown)) as () => Promise<unknown>;
  await expect(provider()).rejects.toMatchObject({ ...expected, retryable: false });
});

it("makes settings that fit every client of the SDK", async () => {
  expect(await awsClientSettings({ region: "eu-west-1", requestTimeoutMs: 30_000 })).toEqual({
    region: "eu-west-1",
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 10_000,
      httpAgent: expect.objectContaining({ keepAlive: true, maxSockets: 500 }),
      httpsAgent: expect.objectContaining({ keepAlive: true, maxSockets: 500 }),
    },
  });
  const local = {
    region: "eu-west-1",
    endpoint: "http://localhost:1",
    credentials: keys,
    requestTimeoutMs: 500,
  };
  expect(await awsClientSettings(local)).toMatchObject({
    endpoint: "http://localhost:1",
    credentials: keys,
    requestHandler: { connectionTimeout: 500 },
  });
});

it.each<[unknown, boolean]>([
  ["https://sqs.eu-west-1.amazonaws.com", true],
  ["http://localhost:4566", true],
  ["http://127.0.0.1:4566", true],
  ["http://[::1]:4566", true],
  ["http://elasticmq:9324", true],
  ["http://other", false],
  ["ftp://localhost", false],
  ["localhost", false],
  [null, false],
])("allows the endpoint %j: %j", (endpoint, isAllowed) => {
  expect(checkEndpoint("endpoint", endpoint, ["elasticmq"]) === undefined).toBe(isAllowed);
});
