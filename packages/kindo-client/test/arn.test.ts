import { afterEach, describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import {
  credentialsExpired,
  invokeReturns,
  invokeThrows,
  type LambdaUrlServer,
  throttled,
} from "@wirekit/devstack/lambda-url";
import { type KindoArnOptions, KindoClient, type LambdaApi, sendToProducerViaArn } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, closeLater, startService } from "./stack.ts";
import { until } from "./until.ts";

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
afterEach(closeAll);

function openArnClient(server: LambdaUrlServer, options: Partial<KindoArnOptions> = {}): KindoClient {
  const retry = { baseDelayMs: 1, maxDelayMs: 2 };
  const { functionArn: arn, lambdaEndpoint: endpoint } = server;
  return closeLater(new KindoClient({ arn, endpoint, credentials, retry, logger: silentLogger, ...options }));
}

describe("by its ARN, the function", () => {
  it.each(["direct", "gateway-text", "gateway-object"] as const)(
    "is invoked, and its %s answer read",
    async (invokeShape) => {
      const server = await startService({ invokeShape });
      const { trackingId, attempts } = await openArnClient(server).send(aMessage());
      expect(attempts).toBe(1);
      expect(server.stored).toMatchObject([{ trackingId, door: "invoke", securityLevel: "normal" }]);
    },
  );

  it("gets what a Function URL gets, to the byte", async () => {
    const server = await startService();
    await openArnClient(server).send(aMessage({ payload: { name: "Zoë" } }));
    expect(server.requests[0]?.body.toString()).toContain(
      '"payload": {"name": "Zo\\u00eb"}, "security_level": "normal"}',
    );
    expect(server.requests[0]?.headers["x-amz-invocation-type"]).toBe("RequestResponse");
    expect(server.requests[0]?.signature.kind).toBe("accepted");
  });

  it("is invoked with new credentials when there are new ones", async () => {
    const other = { accessKeyId: "AKIDOTHER", secretAccessKey: "another secret key" };
    const server = await startService({ credentials: [credentials as never, other] });
    const answers = [{ ...credentials, expiration: new Date(0) }, other];
    const client = openArnClient(server, { credentials: async () => answers.shift() ?? other });
    await client.send(aMessage());
    await client.send(aMessage());
    const keys = server.requests.map(
      ({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? "")?.[1],
    );
    expect(keys).toEqual(["AKIDEXAMPLE", "AKIDOTHER"]);
  });

  it("can be invoked by what stands in for the AWS SDK, without credentials", async () => {
    const inputs: unknown[] = [];
    const lambda: LambdaApi = {
      async invoke(input) {
        inputs.push(input);
        return { StatusCode: 200, Payload: new TextEncoder().encode('{"tracking_id": "t-1"}') };
      },
    };
    const arn = "arn:aws:lambda:eu-west-1:123456789012:function:f:live";
    const client = closeLater(new KindoClient({ arn, lambda }));
    await expect(client.send(aMessage())).resolves.toEqual({ trackingId: "t-1", attempts: 1 });
    expect(inputs).toMatchObject([{ FunctionName: arn, InvocationType: "RequestResponse" }]);
  });

  it("can be reached by the original's function", async () => {
    const server = await startService();
    const { functionArn: arn, lambdaEndpoint: endpoint } = server;
    const trackingId = await sendToProducerViaArn({ arn, endpoint, message: aMessage(), credentials });
    expect(server.stored).toMatchObject([{ trackingId }]);
    await until(() => server.counters.openSockets === 0);
  });
});

describe("an invocation that fails", () => {
  it("in the function is reported as that, and not tried again", async () => {
    const server = await startService();
    server.faults.next(invokeThrows({ errorType: "KeyError", errorMessage: "no such table" }));
    await expect(openArnClient(server).send(aMessage())).rejects.toMatchObject({
      name: "SendError",
      code: "kindo/function-error",
      status: 200,
      body: expect.stringContaining("no such table"),
      details: { functionError: "Unhandled" },
      attempts: 1,
    });
    expect(server.requests).toHaveLength(1);
  });

  it.each([
    ["without a tracking id", invokeReturns({ ok: true }), { code: "wirekit/unconfirmed" }],
    ["with no object", invokeReturns("t-1"), { code: "wirekit/unconfirmed" }],
    [
      "with a refusal of its own",
      invokeReturns({ statusCode: 400, body: '{"error": "no"}' }),
      { code: "kindo/refused", status: 400 },
    ],
  ])("%s is reported as that", async (_name, fault, error) => {
    const server = await startService();
    server.faults.next(fault);
    await expect(openArnClient(server).send(aMessage())).rejects.toMatchObject({ ...error, attempts: 1 });
  });

  it("with a function that is busy is tried again", async () => {
    const server = await startService();
    server.faults.next(invokeReturns({ statusCode: 503, body: "busy" }));
    server.faults.next(throttled("0"));
    await expect(openArnClient(server).send(aMessage())).resolves.toMatchObject({ attempts: 3 });
  });

  it("because Lambda wants to be left alone for longer than there is time is not tried again", async () => {
    const server = await startService();
    server.faults.next(throttled("31"));
    await expect(openArnClient(server).send(aMessage())).rejects.toMatchObject({
      code: "kindo/refused",
      status: 429,
      retryAfterMs: 31_000,
      attempts: 1,
    });
  });

  it.each(["read", "apply", "answer"] as const)(
    "because the connection breaks before Lambda comes to %s is tried again",
    async (before) => {
      const server = await startService();
      server.faults.next({ kind: "reset", before });
      await expect(openArnClient(server).send(aMessage())).resolves.toMatchObject({ attempts: 2 });
    },
  );

  it("because nobody listens is reported with what broke", async () => {
    const server = await startService();
    const client = openArnClient(server);
    await server.close();
    await expect(client.send(aMessage())).rejects.toMatchObject({
      code: "wirekit/connection",
      message: expect.stringMatching(/^Could not connect to http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)$/),
      details: { sent: false },
      attempts: 3,
    });
  });

  it("because it is not allowed says what is probably wrong", async () => {
    const server = await startService();
    server.faults.next(credentialsExpired());
    await expect(openArnClient(server).send(aMessage())).rejects.toMatchObject({
      code: "kindo/refused",
      status: 403,
      signature: { likelyCause: "session-token", explanation: "the session token has expired" },
    });
    const wrong = { ...credentials, secretAccessKey: "not the secret key" };
    await expect(openArnClient(server, { credentials: wrong }).send(aMessage())).rejects.toMatchObject({
      status: 403,
      signature: { likelyCause: "key" },
    });
  });
});

describe("an invocation that does not end", () => {
  it("ends unconfirmed when it is aborted", async () => {
    const server = await startService();
    const client = openArnClient(server);
    const stuck = server.faults.next({ kind: "hold", before: "answer" });
    const caller = new AbortController();
    const sending = client.send(aMessage(), { signal: caller.signal });
    const outcome = expect(sending).rejects.toMatchObject({ code: "wirekit/unconfirmed", cause: "enough" });
    await stuck.struck();
    caller.abort("enough");
    await outcome;
  });

  it("ends when its time is over", async () => {
    const server = await startService();
    const client = openArnClient(server);
    await client.send(aMessage());
    server.faults.next({ kind: "hold", before: "answer" });
    await expect(client.send(aMessage(), { timeoutMs: 300 })).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
    });
  });
});

describe("what has no place in an invocation", () => {
  it("is refused: an idempotency key", async () => {
    const server = await startService();
    await expect(openArnClient(server).send(aMessage(), { idempotencyKey: "k" })).rejects.toThrow(
      "idempotencyKey has no place in an invocation by ARN",
    );
    expect(server.requests).toHaveLength(0);
  });
});
