import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { ConfigError } from "@wirekit/core";
import { startHttpProxy } from "@wirekit/test-support/http-proxy";
import { type AwsMessagingOptions, awsMessagingConfig, awsMessagingConfigFromEnv } from "../src/config.ts";
import { awsClients } from "../src/connection/clients.ts";
import { AWSConnectionError } from "../src/errors.ts";
import { until } from "./messaging-fixture.ts";

const roleArn = "arn:aws:iam::123456789012:role/publisher";
const assumed =
  "<Credentials><AccessKeyId>ASSUMED</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials>";

let requests: { readonly form: URLSearchParams; readonly headers: Record<string, unknown> }[];
let credentials: string;
/** What STS answers with; nothing at all: never. */
let stsStatus: number | undefined;

/** Answers as STS and SNS do, at one address. */
const server = createServer(async (request, response) => {
  const form = new URLSearchParams(await text(request));
  requests.push({ form, headers: request.headers });
  const action = form.get("Action");
  if (action === "AssumeRole" && stsStatus === undefined) return;
  const result = action === "AssumeRole" ? credentials : "<Topics></Topics>";
  const namespace =
    action === "AssumeRole"
      ? "https://sts.amazonaws.com/doc/2011-06-15/"
      : "http://sns.amazonaws.com/doc/2010-03-31/";
  response.writeHead(action === "AssumeRole" ? (stsStatus ?? 200) : 200, { "content-type": "text/xml" });
  response.end(
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result></${action}Response>`,
  );
});

beforeEach(async () => {
  requests = [];
  credentials = assumed;
  stsStatus = 200;
  // What the clients leave open stays open.
  server.keepAliveTimeout = 0;
  await once(server.listen(0, "127.0.0.1"), "listening");
});

afterEach(async () => {
  server.closeAllConnections();
  await once(server.close(), "close");
});

const optionsOf = () => ({
  regionName: "eu-west-1",
  endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  roleArn,
  externalId: "tenant-7",
  roleSessionName: "orders",
  credentials: { accessKeyId: "OWN", secretAccessKey: "own-secret" },
});

const start = (options: Partial<AwsMessagingOptions> = {}) =>
  awsClients(awsMessagingConfig({ ...optionsOf(), ...options }));

it("assumes the role with the program's own credentials, once, and signs with what it was given", async () => {
  const clients = start();
  const sns = await clients.sns();
  await sns.listTopics({});
  await sns.listTopics({});
  clients.close();
  const [assume, ...rest] = requests;
  expect(Object.fromEntries(assume?.form ?? [])).toMatchObject({
    Action: "AssumeRole",
    RoleArn: roleArn,
    RoleSessionName: "orders",
    ExternalId: "tenant-7",
  });
  expect(assume?.headers.authorization).toContain("Credential=OWN/");
  expect(rest.map(({ form }) => form.get("Action"))).toEqual(["ListTopics", "ListTopics"]);
  for (const { headers } of rest) {
    expect(headers.authorization).toContain("Credential=ASSUMED/");
    expect(headers["x-amz-security-token"]).toBe("token");
  }
});

it("names the role when AWS gives no credentials for it", async () => {
  credentials = "";
  const clients = start();
  const sns = await clients.sns();
  const failed = await sns.listTopics({}).catch((error: unknown) => error);
  clients.close();
  expect(failed).toBeInstanceOf(ConfigError);
  expect(failed).toMatchObject({ message: expect.stringContaining("roleArn") });
});

it("does not wait for ever for STS, says that it is the role which cannot be had, and asks again", async () => {
  stsStatus = undefined;
  const closed = new Promise((resolve) => {
    server.once("connection", (socket: Socket) => socket.once("close", resolve));
  });
  const clients = start({ requestTimeoutMs: 400 });
  const sns = await clients.sns();
  const failed = await sns.listTopics({}).catch((error: unknown) => error);
  expect(failed instanceof AWSConnectionError).toBe(true);
  expect(failed).toMatchObject({
    message: "Assuming the role of roleArn failed: TimeoutError",
    code: "aws/transient",
    retryable: true,
    cause: { timeoutMs: 200 },
  });
  await closed;
  stsStatus = 200;
  await sns.listTopics({});
  clients.close();
});

it("says that the role is refused, and not what was asked for with it", async () => {
  stsStatus = 403;
  const clients = start();
  const sns = await clients.sns();
  await expect(sns.listTopics({})).rejects.toMatchObject({
    name: "AwsError",
    message: expect.stringContaining("roleArn"),
    code: "aws/denied",
    retryable: false,
  });
  clients.close();
});

it("leaves no connection open once it is closed, to STS neither", async () => {
  let open = 0;
  const count = (socket: Socket) => {
    open += 1;
    socket.once("close", () => {
      open -= 1;
    });
  };
  server.on("connection", count);
  const clients = start();
  await (await clients.sns()).listTopics({});
  expect(open).toBe(2);
  clients.close();
  await until(() => open === 0);
  server.off("connection", count);
});

it("goes through the proxy of the environment, to assume the role, too", async () => {
  const proxy = await startHttpProxy();
  const { regionName, ...options } = { ...optionsOf(), retry: { maxAttempts: 1 } };
  const env = { AWS_REGION_NAME: regionName, HTTP_PROXY: proxy.url };
  const clients = awsClients(awsMessagingConfigFromEnv(env, options));
  await (await clients.sns()).listTopics({});
  const line = `POST ${options.endpointUrl}/`;
  expect(proxy.requests.map((request) => request.line)).toEqual([line, line]);
  expect(requests.map(({ form }) => form.get("Action"))).toEqual(["AssumeRole", "ListTopics"]);
  clients.close();
  await proxy.close();
});
