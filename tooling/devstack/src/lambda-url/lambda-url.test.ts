import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import {
  jsonOf,
  openSocket,
  type RawRequest,
  rawRequestBytes,
  readToEnd,
  sendRaw,
} from "../../test/raw-http.ts";
import {
  credentials,
  signedAt,
  signedRequest,
  temporaryCredentials,
  validMessage,
  withHeader,
} from "../../test/signed-request.ts";
import { type LambdaUrlOptions, type LambdaUrlServer, startLambdaUrl } from "./lambda-url.ts";
import { credentialsExpired, malformedJson, noTrackingId, redirect, throttled } from "./recipes.ts";

const servers: LambdaUrlServer[] = [];

async function start(options: Partial<LambdaUrlOptions> = {}): Promise<LambdaUrlServer> {
  const server = await startLambdaUrl({ credentials, now: () => signedAt, ...options });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

function messageRequest(message: unknown): RawRequest {
  return signedRequest({ body: JSON.stringify(message) });
}

describe("a message that is signed and valid", () => {
  it("is stored, and answered with its tracking id", async () => {
    const server = await start();
    const response = await sendRaw(server.url, signedRequest());
    expect(response.headers["content-type"]).toBe("application/json");
    expect(jsonOf(response)).toEqual({ tracking_id: server.stored[0]?.trackingId });
    expect(server.stored).toEqual([
      {
        trackingId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        door: "function-url",
        request: 1,
        eventType: "order.created",
        messageChannel: "email",
        behavior: "instant",
        securityLevel: "normal",
        payload: { order_id: "o-1", amount: 99.99 },
      },
    ]);
  });

  it("is taken at any path, with any query", async () => {
    const server = await start();
    const response = await sendRaw(server.url, signedRequest({ target: "/v1/%C3%A9?x=%20" }));
    expect(response.status).toBe(200);
    expect(server.requests[0]?.target).toBe("/v1/%C3%A9?x=%20");
  });

  it("is kept without its payload when it is sensitive", async () => {
    const server = await start();
    const payload = { card: "4242", name: "Zoë" };
    await sendRaw(server.url, messageRequest({ ...validMessage, payload, security_level: "sensitive" }));
    const payloadSha256 = createHash("sha256").update(JSON.stringify(payload)).digest("hex");
    expect(server.stored[0]).toMatchObject({ securityLevel: "sensitive", payloadSha256 });
    expect(JSON.stringify(server.stored)).not.toContain("4242");
  });

  it("counts as normal when it names no security level", async () => {
    const server = await start();
    const { security_level: _, ...message } = validMessage;
    await sendRaw(server.url, messageRequest(message));
    expect(server.stored[0]?.securityLevel).toBe("normal");
  });

  it("keeps its idempotency key", async () => {
    const server = await start();
    await sendRaw(server.url, withHeader(signedRequest(), "Idempotency-Key", "k-1"));
    expect(server.stored[0]?.idempotencyKey).toBe("k-1");
  });

  it("has a tracking id of its own each time", async () => {
    const server = await start();
    for (let sent = 0; sent < 20; sent += 1) await sendRaw(server.url, signedRequest());
    expect(new Set(server.stored.map(({ trackingId }) => trackingId)).size).toBe(20);
  });
});

describe("a request that is signed and no message", () => {
  it.each([
    [{ ...validMessage, event_type: 7 }, "event_type"],
    [{ ...validMessage, extra: 1 }, "extra"],
    [{ event_type: "a", message_channel: "b", behavior: "instant" }, "payload"],
    [[validMessage], ""],
  ])("is refused with 400 and the field: %j", async (message, field) => {
    const server = await start();
    const response = await sendRaw(server.url, messageRequest(message));
    expect(response.status).toBe(400);
    expect(jsonOf(response)).toMatchObject({
      field,
      message: expect.stringContaining("Invalid message structure: "),
    });
    expect(server.stored).toEqual([]);
  });

  it("is refused when its body is not JSON", async () => {
    const server = await start();
    await expect(sendRaw(server.url, signedRequest({ body: "{" }))).resolves.toMatchObject({ status: 400 });
  });

  it("is refused when its method is not POST", async () => {
    const server = await start();
    const response = await sendRaw(server.url, signedRequest({ method: "PUT" }));
    expect(response).toMatchObject({ status: 405, headers: { allow: "POST" } });
  });

  it("is refused when its type is not JSON", async () => {
    const server = await start();
    const request = signedRequest({ headers: { "Content-Type": "text/plain" } });
    await expect(sendRaw(server.url, request)).resolves.toMatchObject({ status: 415 });
  });
});

describe("a request that is not signed as it should be", () => {
  it("is refused with 403, in AWS's words and with its own date", async () => {
    const server = await start();
    const response = await sendRaw(server.url, signedRequest({ date: signedAt - 600_000 }));
    expect(response.status).toBe(403);
    expect(response.headers).toMatchObject({
      "content-type": "application/json",
      "x-amzn-errortype": "InvalidSignatureException",
      date: "Thu, 15 Jan 2026 12:00:00 GMT",
    });
    expect(jsonOf(response)).toEqual({ message: expect.stringContaining("Signature expired: ") });
  });

  it("is recorded with the reason, and has no effect", async () => {
    const server = await start();
    await sendRaw(server.url, signedRequest({ region: "us-east-1" }));
    expect(server.requests[0]?.signature).toMatchObject({ kind: "refused", reason: "scope-region" });
    expect(server.stored).toEqual([]);
  });

  it("is told apart from one without a token, and from one with a wrong one", async () => {
    const server = await start({ credentials: temporaryCredentials });
    const request = signedRequest({ credentials: temporaryCredentials });
    await sendRaw(server.url, withHeader(request, "X-Amz-Security-Token", undefined));
    await sendRaw(server.url, withHeader(request, "X-Amz-Security-Token", "wrong"));
    await sendRaw(server.url, request);
    expect(server.requests.map(({ signature }) => ("reason" in signature ? signature.reason : "ok"))).toEqual(
      ["token-missing", "token-mismatch", "ok"],
    );
  });
});

it("accepts each of several sets of credentials, and says whose a request was", async () => {
  const server = await start({ credentials: [credentials, temporaryCredentials] });
  await sendRaw(server.url, signedRequest());
  await sendRaw(server.url, signedRequest({ credentials: temporaryCredentials }));
  expect(server.requests.map(({ signature }) => signature)).toMatchObject([
    { kind: "accepted", accessKeyId: credentials.accessKeyId },
    { kind: "accepted", accessKeyId: temporaryCredentials.accessKeyId },
  ]);
});

it("does not start with two sets of credentials for one key", async () => {
  await expect(startLambdaUrl({ credentials: [credentials, credentials] })).rejects.toThrow("accessKeyId");
});

it("expects the region and the service that it was given", async () => {
  const server = await start({ region: "us-east-1", service: "execute-api" });
  const request = signedRequest({ region: "us-east-1", service: "execute-api" });
  await expect(sendRaw(server.url, request)).resolves.toMatchObject({ status: 200 });
});

describe("faults", () => {
  it("of status leave the message unstored, and its signature checked all the same", async () => {
    const server = await start();
    server.faults.next(throttled("3"), { times: 2 });
    await expect(sendRaw(server.url, signedRequest())).resolves.toMatchObject({
      status: 429,
      headers: { "retry-after": "3" },
    });
    await sendRaw(server.url, signedRequest({ region: "us-east-1" }));
    expect(server.requests.map(({ signature }) => signature.kind)).toEqual(["accepted", "refused"]);
    expect(server.stored).toEqual([]);
  });

  it("of the answer leave the message stored", async () => {
    const server = await start();
    server.faults.next(malformedJson());
    server.faults.next(noTrackingId());
    server.faults.next(noTrackingId([]));
    const malformed = await sendRaw(server.url, signedRequest());
    expect(malformed.status).toBe(200);
    expect(() => jsonOf(malformed)).toThrow(SyntaxError);
    expect(jsonOf(await sendRaw(server.url, signedRequest()))).toEqual({ status: "accepted" });
    expect(jsonOf(await sendRaw(server.url, signedRequest()))).toEqual([]);
    expect(server.stored).toHaveLength(3);
  });

  it("redirect, and expire credentials", async () => {
    const server = await start();
    server.faults.next(redirect("https://elsewhere.example/"));
    server.faults.next(credentialsExpired());
    await expect(sendRaw(server.url, signedRequest())).resolves.toMatchObject({
      status: 307,
      headers: { location: "https://elsewhere.example/" },
    });
    await expect(sendRaw(server.url, signedRequest())).resolves.toMatchObject({
      status: 403,
      headers: { "x-amzn-errortype": "ExpiredTokenException" },
    });
  });

  it("strike a message by what it says", async () => {
    const server = await start();
    const poisoned = server.faults.next(
      { kind: "answer", status: 500 },
      { when: ({ body }) => body?.includes("poison") ?? false, times: Number.POSITIVE_INFINITY },
    );
    const poison = messageRequest({ ...validMessage, event_type: "poison" });
    await expect(sendRaw(server.url, signedRequest())).resolves.toMatchObject({ status: 200 });
    await expect(sendRaw(server.url, poison)).resolves.toMatchObject({ status: 500 });
    await expect(sendRaw(server.url, poison)).resolves.toMatchObject({ status: 500 });
    expect(poisoned.strikes).toBe(2);
  });

  it("of the clock refuse a client whose own clock is right", async () => {
    const server = await start();
    server.faults.next({ kind: "clock", skewMs: 3_600_000 });
    const response = await sendRaw(server.url, signedRequest());
    expect(response).toMatchObject({ status: 403, headers: { date: "Thu, 15 Jan 2026 13:00:00 GMT" } });
  });

  it("of a lost answer leave the message stored", async () => {
    const server = await start();
    server.faults.next({ kind: "reset", before: "answer" });
    await expect(sendRaw(server.url, signedRequest())).resolves.toMatchObject({ status: 0, end: "reset" });
    expect(server.stored).toHaveLength(1);
  });
});

it("tells when so many requests have come", async () => {
  const server = await start();
  const second = server.received(2);
  await Promise.all([sendRaw(server.url, signedRequest()), sendRaw(server.url, signedRequest())]);
  await expect(second).resolves.toMatchObject({ number: 2 });
});

it("forgets what was sent when it is asked to, and goes on counting", async () => {
  const server = await start();
  await sendRaw(server.url, signedRequest());
  server.forget();
  expect([server.requests, server.stored]).toEqual([[], []]);
  await sendRaw(server.url, signedRequest());
  expect(server.requests).toHaveLength(1);
  expect(server.counters).toMatchObject({ requests: 2, sockets: 2 });
});

describe("closing", () => {
  it("ends what is held, without applying it", async () => {
    const server = await start();
    const hold = server.faults.next({ kind: "hold", before: "apply" });
    const socket = openSocket(server.url);
    const response = readToEnd(socket);
    socket.write(rawRequestBytes(signedRequest()));
    await hold.struck();
    await server.received(1);
    await server.close();
    await expect(response).resolves.toMatchObject({ status: 0 });
    expect(server.stored).toEqual([]);
  });

  it("rejects those who wait for more", async () => {
    const server = await start();
    const waiting = [server.received(1), server.faults.next(throttled()).struck()];
    const settled = Promise.allSettled(waiting);
    await server.close();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("can be done twice, and by disposal", async () => {
    const server = await start();
    await Promise.all([server.close(), server.close()]);
    await server[Symbol.asyncDispose]();
  });
});
