import { createHash } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import { KindoClient, type ProducerPayload, sendToProducer } from "../src/index.ts";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, closeLater, startBoth, startService } from "./stack.ts";
import { until } from "./until.ts";

afterEach(closeAll);

/** The examples in the original's documentation. */
const examples: readonly (ProducerPayload & { readonly region?: string })[] = [
  aMessage({
    event_type: "user.notification",
    payload: { user_id: "12345", subject: "Welcome!", content: "Thank you for joining." },
  }),
  aMessage({
    event_type: "payment.processed",
    message_channel: "internal",
    security_level: "sensitive",
    payload: { user_id: "12345", credit_card_last4: "4242", amount: 99.99, transaction_id: "tx-1" },
  }),
  aMessage({
    event_type: "order.status_update",
    message_channel: "sms",
    security_level: "sensitive",
    payload: {
      order_id: "ORD-1",
      status: "shipped",
      estimated_delivery: "2026-02-01",
      customer_phone: "+64 21 555 012",
      shipping_address: "1 Queen Street, Auckland",
    },
  }),
  aMessage({
    event_type: "system.startup",
    message_channel: "logging",
    payload: { timestamp: "2026-01-15T12:00:00Z", data: { cpu: 0.5 } },
  }),
];

describe("the documented examples", () => {
  it.each(examples)("$event_type is delivered as the service expects it", async (message) => {
    const region = message.event_type === "order.status_update" ? "us-east-1" : "ap-southeast-2";
    const { server, client } = await startBoth({ client: { region }, service: { region } });
    const { trackingId, attempts } = await client.send(message);
    expect(attempts).toBe(1);
    const [stored] = server.stored;
    expect(stored).toMatchObject({
      trackingId,
      eventType: message.event_type,
      messageChannel: message.message_channel,
      behavior: "instant",
      securityLevel: message.security_level ?? "normal",
    });
    if (stored?.securityLevel === "normal") expect(stored.payload).toEqual(message.payload);
    else expect(stored?.payloadSha256).toBe(sha256(JSON.stringify(message.payload)));
  });
});

describe("a request", () => {
  it("is what the original sends: its headers, and Python's JSON text", async () => {
    const { server, client } = await startBoth();
    await client.send(aMessage({ payload: { name: "Zoë", rate: 1e-7 } }));
    const [request] = server.requests;
    expect(request?.method).toBe("POST");
    expect(request?.body.toString("latin1")).toBe(
      '{"event_type": "user.notification", "message_channel": "email", "behavior": "instant", ' +
        '"payload": {"name": "Zo\\u00eb", "rate": 1e-07}, "security_level": "normal"}',
    );
    const names = request?.rawHeaders.map(([name]) => name.toLowerCase()).sort();
    expect(names).toEqual(
      ["authorization", "connection", "content-length", "content-type", "host", "x-amz-date"].sort(),
    );
    expect(request?.signature).toMatchObject({
      kind: "accepted",
      signedHeaders: ["content-type", "host", "x-amz-date"],
    });
  });

  it("carries the session token of temporary credentials, signed", async () => {
    const temporary = { ...credentials, sessionToken: "the/session+token==" };
    const { server, client } = await startBoth({
      client: { credentials: temporary },
      service: { credentials: temporary },
    });
    await client.send(aMessage());
    expect(server.requests[0]?.headers["x-amz-security-token"]).toBe("the/session+token==");
    expect(server.requests[0]?.signature).toMatchObject({
      signedHeaders: expect.arrayContaining(["x-amz-security-token"]),
    });
  });

  it("goes to the path and query of the URL as they are written", async () => {
    const server = await startService();
    const url = `${server.url}a/../b//%7e/it's?x=%20&flag&x=`;
    const client = closeLater(new KindoClient({ url, credentials }));
    await client.send(aMessage());
    expect(server.requests[0]?.target).toBe("/a/../b//%7e/it's?x=%20&flag&x=");
  });

  it("has an idempotency key when one is given, the same for every try, and not signed", async () => {
    const { server, client } = await startBoth({
      client: { idempotencyKey: (message) => message.event_type },
    });
    server.faults.next({ kind: "answer", status: 503 });
    await client.send(aMessage());
    await client.send(aMessage(), { idempotencyKey: "my-key" });
    const keys = server.requests.map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toEqual(["user.notification", "user.notification", "my-key"]);
    for (const { signature } of server.requests) {
      expect(signature).toMatchObject({ signedHeaders: ["content-type", "host", "x-amz-date"] });
    }
  });

  it.each(["", "a\nb: c", "é", "x".repeat(256)])(
    "is not sent with the idempotency key %j",
    async (idempotencyKey) => {
      const { server, client } = await startBoth();
      await expect(client.send(aMessage(), { idempotencyKey })).rejects.toThrow(
        "idempotencyKey must be 1 to 255",
      );
      expect(server.requests).toHaveLength(0);
    },
  );
});

describe("a message", () => {
  it("is never changed", async () => {
    const { client } = await startBoth();
    const message = aMessage({ payload: { nested: [{ a: 1 }] } });
    const before = structuredClone(message);
    await client.send(deepFrozen(message));
    expect(message).toEqual(before);
  });

  it("that is invalid is not sent, and the error names all that is wrong", async () => {
    const { server, client } = await startBoth();
    const invalid = { event_type: 1, message_channel: "email", behavior: "later", extra: true };
    await expect(client.send(invalid as never)).rejects.toMatchObject({
      name: "ValidationError",
      code: "kindo/invalid-message",
      retryable: false,
      message: expect.stringMatching(/^Invalid message structure: /),
      issues: expect.arrayContaining([
        { path: "payload", message: "'payload' is a required property" },
        { path: "event_type", message: "1 is not of type 'string'" },
        { path: "behavior", message: "'later' is not one of ['instant']" },
        { path: "extra", message: "Additional properties are not allowed ('extra' was unexpected)" },
      ]),
    });
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ["undefined in an array", { a: [undefined] }, "payload.a[0]"],
    ["NaN", { a: Number.NaN }, "payload.a"],
    ["a BigInt", { a: 1n }, "payload.a"],
    ["a function", { a: () => 1 }, "payload.a"],
    ["an invalid Date", { a: new Date(Number.NaN) }, "payload.a"],
    ["a Map", { a: new Map() }, "payload.a"],
  ])("with %s in it is not sent", async (_name, payload, path) => {
    const { server, client } = await startBoth();
    await expect(client.send(aMessage({ payload: payload as never }))).rejects.toMatchObject({
      name: "ValidationError",
      code: "kindo/invalid-message",
      issues: [{ path, message: expect.any(String) }],
    });
    expect(server.requests).toHaveLength(0);
  });

  it("is checked against the schema that the client was given, compiled once", async () => {
    let read = 0;
    const schema = {
      get type() {
        read += 1;
        return "object";
      },
      properties: { event_type: { enum: ["order.created"] } },
    };
    const { client } = await startBoth({ client: { schema } });
    await client.send(aMessage({ event_type: "order.created" }));
    const readOnce = read;
    await expect(client.send(aMessage())).rejects.toThrow(
      "Invalid message structure: 'user.notification' is not one of ['order.created'] (at event_type)",
    );
    expect(read).toBe(readOnce);
  });

  it("is not sent when the schema cannot be used", async () => {
    const { server, client } = await startBoth({ client: { schema: "/no/such/schema.json" } });
    await expect(client.send(aMessage())).rejects.toMatchObject({
      name: "ConfigError",
      message: expect.stringContaining("schema (/no/such/schema.json) cannot be read"),
    });
    expect(server.requests).toHaveLength(0);
  });
});

describe("sendToProducer", () => {
  it("sends one message and leaves no connection behind", async () => {
    const server = await startService();
    const trackingId = await sendToProducer({ url: server.url, message: aMessage(), credentials });
    expect(server.stored.map((stored) => stored.trackingId)).toEqual([trackingId]);
    await until(() => server.counters.openSockets === 0);
  });

  it("takes region and service from the environment, as the original does, unless they are given", async () => {
    const server = await startService({ region: "eu-west-1", service: "execute-api" });
    const { AWS_REGION, AWS_SERVICE } = process.env;
    process.env.AWS_REGION = "eu-west-1";
    process.env.AWS_SERVICE = "execute-api";
    try {
      await sendToProducer({ url: server.url, message: aMessage(), credentials });
      const given = { region: "us-east-1", service: "lambda" };
      await expect(
        sendToProducer({ url: server.url, message: aMessage(), credentials, ...given }),
      ).rejects.toMatchObject({ status: 403 });
    } finally {
      restore("AWS_REGION", AWS_REGION);
      restore("AWS_SERVICE", AWS_SERVICE);
    }
  });

  it("checks against the schema in a file", async () => {
    const server = await startService();
    const options = { url: server.url, credentials, schemaPath: "schemas/producer_payload.json" };
    await sendToProducer({ ...options, message: aMessage() });
    await expect(sendToProducer({ ...options, message: {} as never })).rejects.toThrow(
      "'event_type' is a required",
    );
  });

  it("can be aborted", async () => {
    const server = await startService();
    const signal = AbortSignal.abort("no");
    await expect(sendToProducer({ url: server.url, message: aMessage(), credentials, signal })).rejects.toBe(
      "no",
    );
    expect(server.requests).toHaveLength(0);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen);
  return value;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
