import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import * as z from "zod";
import { localKeyring, messageCipher, type PublishOptions } from "../src/index.ts";
import { prepareEntry } from "../src/publishing/prepare-entry.ts";
import { numbers, OrderPlaced, placedAt, startFixture, until } from "./messaging-fixture.ts";

const target = { topic: "orders", schema: OrderPlaced };
const queue = "test-orders-queue";
const quick = { waitTimeMs: 1_000, retry: { baseDelayMs: 1, maxDelayMs: 1 } };
const event = (n: number) => ({ n, placed_at: placedAt });
const exporter = new InMemorySpanExporter();

let fixture: Awaited<ReturnType<typeof startFixture>>;

beforeEach(async () => {
  fixture = await startFixture();
});

afterEach(() => fixture.close());

const spanNamed = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

/** The attributes that messages in the queue have, as a consumer without tracing sees them. */
async function publishedAttributes(options: PublishOptions = {}) {
  const messaging = fixture.messaging();
  await messaging.provision("orders");
  await messaging.publish(target, event(1), options);
  const seen: object[] = [];
  messaging.consume({ ...target, ...quick }, (_event, { metadata }) => void seen.push(metadata.attributes));
  await until(() => seen.length === 1);
  return seen[0];
}

describe("with a tracer provider", () => {
  beforeEach(() => {
    exporter.reset();
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
  });

  afterEach(() => {
    trace.disable();
    propagation.disable();
    context.disable();
  });

  it.each(["raw", "wrapped"] as const)(
    "publishing and handling are spans of one trace, delivered %s",
    async (delivery) => {
      const messaging = fixture.messaging();
      await messaging.provision("orders", { delivery });
      messaging.consume({ ...target, ...quick }, () => trace.getTracer("test").startSpan("work").end());
      const { messageId } = await trace.getTracer("test").startActiveSpan("request", async (request) => {
        const receipt = await messaging.publish(target, event(1));
        request.end();
        return receipt;
      });
      await until(() => spanNamed(`process ${queue}`) !== undefined);

      const [request, send, handle, work] = ["request", "send orders", `process ${queue}`, "work"].map(
        spanNamed,
      );
      expect(send).toMatchObject({
        kind: SpanKind.PRODUCER,
        instrumentationScope: { name: "@wirekit/aws-messaging" },
        attributes: {
          "messaging.system": "aws.sns",
          "messaging.destination.name": "orders",
          "messaging.message.id": messageId,
        },
      });
      expect(handle).toMatchObject({
        kind: SpanKind.CONSUMER,
        attributes: { "messaging.system": "aws_sqs", "messaging.destination.name": queue },
      });
      expect(send?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
      expect(handle?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId);
      expect(work?.parentSpanContext?.spanId).toBe(handle?.spanContext().spanId);
      expect(work?.spanContext().traceId).toBe(request?.spanContext().traceId);
    },
  );

  it("what could not be published and what could not be handled is on its span, without its text", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    const wrong = { n: "secret-4711", placed_at: placedAt } as never;
    await expect(messaging.publish(target, wrong)).rejects.toMatchObject({ name: "ValidationFailedError" });
    expect(spanNamed("send orders")).toMatchObject({
      attributes: { "error.type": "aws-messaging/validation-failed" },
      status: { code: SpanStatusCode.ERROR },
    });

    let calls = 0;
    messaging.consume({ ...target, ...quick }, () => {
      calls += 1;
      if (calls === 1) throw new Error("secret-4711");
    });
    await messaging.publish(target, event(1));
    await until(
      () => exporter.getFinishedSpans().filter(({ name }) => name === `process ${queue}`).length === 2,
    );
    expect(spanNamed(`process ${queue}`)).toMatchObject({
      attributes: { "error.type": "aws-messaging/processing" },
      status: { code: SpanStatusCode.ERROR },
    });
    const shown = exporter
      .getFinishedSpans()
      .map(({ attributes, status, events }) => [attributes, status, events]);
    expect(JSON.stringify(shown)).not.toContain("secret-4711");
  });

  it.each(["raw", "wrapped"] as const)(
    "what cannot be read has a span that says why, and belongs to its publisher's (%s)",
    async (delivery) => {
      const messaging = fixture.messaging();
      await messaging.provision("orders", { delivery });
      await messaging.publish({ topic: "orders", schema: z.unknown() }, { n: "secret-4711" });
      const invalid: string[] = [];
      const consumer = messaging.consume({ ...target, ...quick }, () => undefined);
      consumer.on("processed", ({ outcome }) => invalid.push(outcome));
      await until(() => invalid.length > 0);
      expect(invalid).toEqual(["invalid"]);
      const [span, ...others] = exporter.getFinishedSpans().filter(({ name }) => name === `process ${queue}`);
      expect(others).toEqual([]);
      expect(span).toMatchObject({
        kind: SpanKind.CONSUMER,
        attributes: { "error.type": "aws-messaging/validation-failed" },
        status: { code: SpanStatusCode.ERROR },
      });
      expect(span?.parentSpanContext?.spanId).toBe(spanNamed("send orders")?.spanContext().spanId);
      expect(JSON.stringify([span?.attributes, span?.status, span?.events])).not.toContain("secret-4711");
    },
  );

  it("keeps the order of a FIFO group", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders.fifo");
    const fifo = { topic: "orders.fifo", schema: OrderPlaced };
    await Promise.all(numbers(10).map((n) => messaging.publish(fifo, event(n), { groupId: "g" })));
    const { ready } = await fixture.aws.inspectQueue("test-orders-queue.fifo");
    expect(ready.map((body) => (JSON.parse(body) as { n: number }).n)).toEqual(numbers(10));
  });

  it("sends what was published just before it was closed", async () => {
    const messaging = fixture.messaging();
    await messaging.provision("orders");
    const published = messaging.publish(target, event(1));
    await expect(messaging.close()).resolves.toMatchObject({ notSent: [], unconfirmed: [] });
    await expect(published).resolves.toMatchObject({ messageId: expect.any(String) });
  });

  it("the trace travels in an attribute beside the program's own", async () => {
    await expect(publishedAttributes({ attributes: { tenant: "t-1", priority: 5 } })).resolves.toEqual({
      tenant: "t-1",
      priority: 5,
      traceparent: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/),
    });
  });

  it("the trace stays behind where ten attributes are taken", async () => {
    const attributes = Object.fromEntries(numbers(10).map((n) => [`a${n}`, "x"]));
    await expect(publishedAttributes({ attributes })).resolves.toEqual(attributes);
  });

  it("a message that is handled without a publisher's trace has a span of its own", async () => {
    const attributes = Object.fromEntries(numbers(10).map((n) => [`a${n}`, "x"]));
    await publishedAttributes({ attributes });
    await until(() => spanNamed(`process ${queue}`) !== undefined);
    expect(spanNamed(`process ${queue}`)?.parentSpanContext).toBeUndefined();
  });
});

describe("without a tracer provider", () => {
  it("nothing is added to a message", async () => {
    await expect(publishedAttributes({ attributes: { tenant: "t-1" } })).resolves.toEqual({ tenant: "t-1" });
  });
});

describe("the room for a trace", () => {
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const prepare = (context: { maxMessageBytes: number; attributes?: number; encrypted?: true }) =>
    prepareEntry(
      target,
      event(1),
      { attributes: Object.fromEntries(numbers(context.attributes ?? 0).map((n) => [`a${n}`, "x"])) },
      {
        maxMessageBytes: context.maxMessageBytes,
        cipher: context.encrypted && messageCipher({ keys }),
        trace: { traceparent, tracestate: "" },
      },
    );
  const keys = localKeyring({ keys: { k: new Uint8Array(32) }, currentKeyId: "k" });
  const names = async (prepared: ReturnType<typeof prepare>) =>
    Object.keys((await prepared).entry.MessageAttributes ?? {});

  it("ends with the limit on the message's size", async () => {
    const { bytes } = await prepare({ maxMessageBytes: 10_000 });
    await expect(names(prepare({ maxMessageBytes: bytes }))).resolves.toEqual(["traceparent"]);
    await expect(names(prepare({ maxMessageBytes: bytes - 1 }))).resolves.toEqual([]);
  });

  it.each([
    [6, true],
    [7, false],
  ])(
    "leaves the cipher's three attributes: beside %d others, there is room: %s",
    async (attributes, isThere) => {
      const prepared = prepare({ maxMessageBytes: 10_000, attributes, encrypted: true });
      expect((await names(prepared)).includes("traceparent")).toBe(isThere);
    },
  );
});
