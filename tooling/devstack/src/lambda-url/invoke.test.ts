import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import { afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { jsonOf, sendRaw } from "../../test/raw-http.ts";
import { signedRequest, temporaryCredentials, validMessage } from "../../test/signed-request.ts";
import { type LambdaUrlOptions, type LambdaUrlServer, startLambdaUrl } from "./lambda-url.ts";
import { invokeReturns, invokeThrows, throttled } from "./recipes.ts";

const region = "eu-west-1";
const opened: { readonly end: () => unknown }[] = [];

async function start(options: Partial<LambdaUrlOptions> = {}) {
  const server = await startLambdaUrl({ credentials: temporaryCredentials, region, ...options });
  const client = clientOf(server, temporaryCredentials);
  opened.push({ end: () => server.close() });
  return { server, client };
}

function clientOf(
  { lambdaEndpoint }: LambdaUrlServer,
  credentials: typeof temporaryCredentials,
): LambdaClient {
  const { sessionToken = "" } = credentials;
  const client = new LambdaClient({
    endpoint: lambdaEndpoint,
    region,
    credentials: { ...credentials, sessionToken },
    maxAttempts: 1,
  });
  opened.push({ end: () => client.destroy() });
  return client;
}

beforeAll(() => {
  // A notice about the end of Node 20, which says nothing about what is tested here.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
});

afterEach(async () => {
  for (const { end } of opened.splice(0).reverse()) await end();
});

function invoke(
  client: LambdaClient,
  FunctionName: string,
  message: unknown = validMessage,
): Promise<InvokeCommandOutput> {
  return client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(message) }));
}

function payloadOf({ Payload }: InvokeCommandOutput): unknown {
  return JSON.parse(Payload?.transformToString() ?? "");
}

describe("the AWS SDK's client", () => {
  it.each([
    ["name", () => "kindo-producer"],
    ["ARN", ({ functionArn }: LambdaUrlServer) => functionArn],
    ["ARN with a version", ({ functionArn }: LambdaUrlServer) => `${functionArn}:$LATEST`],
    ["name with an alias", () => "kindo-producer:live"],
    ["partial ARN", () => "123456789012:function:kindo-producer"],
  ])("invokes the function by its %s, and its signature is verified", async (_, nameOf) => {
    const { server, client } = await start();
    const output = await invoke(client, nameOf(server));
    expect(output).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(output.FunctionError).toBeUndefined();
    expect(payloadOf(output)).toEqual({ tracking_id: server.stored[0]?.trackingId });
    expect(server.stored[0]?.door).toBe("invoke");
    expect(server.requests[0]?.signature).toMatchObject({
      kind: "accepted",
      signedHeaders: expect.arrayContaining(["x-amz-content-sha256", "x-amz-security-token"]),
    });
  });

  it("is refused with another secret", async () => {
    const { server } = await start();
    const client = clientOf(server, { ...temporaryCredentials, secretAccessKey: "wrong" });
    await expect(invoke(client, "kindo-producer")).rejects.toMatchObject({
      name: "InvalidSignatureException",
      $metadata: { httpStatusCode: 403 },
    });
    expect(server.stored).toEqual([]);
  });

  it("is told that there is no such function", async () => {
    const { server, client } = await start();
    await expect(invoke(client, "other")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Function not found: other",
    });
    expect(server.requests).toHaveLength(1);
  });

  it("is throttled by a fault", async () => {
    const { server, client } = await start();
    server.faults.next(throttled("2"));
    await expect(invoke(client, "kindo-producer")).rejects.toMatchObject({
      name: "TooManyRequestsException",
      $metadata: { httpStatusCode: 429 },
    });
    expect(server.stored).toEqual([]);
  });

  it("gets nothing back from an event or a dry run", async () => {
    const { server, client } = await start();
    const command = { FunctionName: "kindo-producer", Payload: JSON.stringify(validMessage) };
    const dryRun = await client.send(new InvokeCommand({ ...command, InvocationType: "DryRun" }));
    expect([dryRun.StatusCode, server.stored.length]).toEqual([204, 0]);
    const event = await client.send(new InvokeCommand({ ...command, InvocationType: "Event" }));
    expect([event.StatusCode, server.stored.length]).toEqual([202, 1]);
  });
});

describe("the function returns", () => {
  it("an API Gateway response with its body as text", async () => {
    const { server, client } = await start({ invokeShape: "gateway-text" });
    const output = payloadOf(await invoke(client, server.functionArn));
    expect(output).toEqual({ statusCode: 200, body: expect.any(String) });
    expect(JSON.parse((output as { body: string }).body)).toEqual({
      tracking_id: server.stored[0]?.trackingId,
    });
  });

  it("an API Gateway response with its body as an object", async () => {
    const { server, client } = await start({ invokeShape: "gateway-object" });
    const output = payloadOf(await invoke(client, server.functionArn));
    expect(output).toEqual({ statusCode: 200, body: { tracking_id: server.stored[0]?.trackingId } });
  });

  it.each([[{ statusCode: 500, body: "{}" }], ["text"], [7], [null], [["tracking_id"]]])(
    "%j when a fault says so, after the message was stored",
    async (payload) => {
      const { server, client } = await start();
      server.faults.next(invokeReturns(payload));
      expect(payloadOf(await invoke(client, "kindo-producer"))).toEqual(payload);
      expect(server.stored).toHaveLength(1);
    },
  );
});

describe("an invalid message", () => {
  const invalid = { ...validMessage, behavior: "later" };

  it("makes the function throw", async () => {
    const { server, client } = await start();
    const output = await invoke(client, "kindo-producer", invalid);
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
    expect(payloadOf(output)).toMatchObject({
      errorType: "ValueError",
      errorMessage: "Invalid message structure: 'behavior' must be one of 'instant'",
    });
    expect(server.stored).toEqual([]);
  });

  it.each(["gateway-text", "gateway-object"] as const)("makes it return a 400: %s", async (invokeShape) => {
    const { client } = await start({ invokeShape });
    const output = await invoke(client, "kindo-producer", invalid);
    expect(output.FunctionError).toBeUndefined();
    expect(payloadOf(output)).toMatchObject({ statusCode: 400 });
  });
});

it("throws when a fault says so", async () => {
  const { server, client } = await start();
  server.faults.next(invokeThrows());
  const output = await invoke(client, "kindo-producer");
  expect(output.FunctionError).toBe("Unhandled");
  expect(payloadOf(output)).toMatchObject({ errorType: "RuntimeError" });
});

it("is signed for lambda, whatever service the Function URL is signed for", async () => {
  const { server, client } = await start({ service: "execute-api" });
  await expect(invoke(client, server.functionArn)).resolves.toMatchObject({ StatusCode: 200 });
});

it("takes POST only, and no unknown kind of invocation", async () => {
  const { server } = await start();
  const target = "/2015-03-31/functions/kindo-producer/invocations";
  const options = { credentials: temporaryCredentials, region, target, date: Date.now() };
  await expect(sendRaw(server.url, signedRequest({ ...options, method: "PUT" }))).resolves.toMatchObject({
    status: 405,
  });
  const headers = { "X-Amz-Invocation-Type": "Sometimes" };
  const response = await sendRaw(server.url, signedRequest({ ...options, headers }));
  expect(response.status).toBe(400);
  expect(jsonOf(response)).toMatchObject({ message: "'Sometimes' is not an InvocationType" });
});
