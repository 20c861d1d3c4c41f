import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { aMessage } from "./messages.ts";
import { closeAll, startBoth } from "./stack.ts";

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });

/** What the program's propagator does before it writes the trace context. */
let disturb: (set: (name: string, value: string) => void) => void = () => {};

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator({
    inject(active, carrier, setter) {
      disturb((name, value) => setter.set(carrier, name, value));
      const span = trace.getSpanContext(active);
      if (span) setter.set(carrier, "traceparent", `00-${span.traceId}-${span.spanId}-01`);
    },
    extract: (active) => active,
    fields: () => ["traceparent"],
  });
});
afterAll(async () => {
  await provider.shutdown();
  trace.disable();
  context.disable();
  propagation.disable();
});
afterEach(async () => {
  disturb = () => {};
  exporter.reset();
  await closeAll();
});

it("makes one span for a send, whatever the number of its tries, below the span that is active", async () => {
  const { server, client } = await startBoth();
  server.faults.next({ kind: "answer", status: 503 });
  const message = aMessage({ payload: { name: "Zoë" } });
  const { trackingId } = await trace.getTracer("test").startActiveSpan("request", async (parent) => {
    const receipt = await client.send(message);
    parent.end();
    return receipt;
  });
  const [span, parent] = exporter.getFinishedSpans();
  const host = new URL(server.url).host;
  expect(exporter.getFinishedSpans()).toHaveLength(2);
  expect(span).toMatchObject({ name: `send ${host}`, kind: SpanKind.PRODUCER });
  expect(span?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId);
  expect(span?.instrumentationScope.name).toBe("@wirekit/kindo-client");
  expect(span?.attributes).toEqual({
    "messaging.system": "kindo",
    "messaging.operation.name": "send",
    "messaging.operation.type": "send",
    "messaging.destination.name": host,
    "messaging.message.id": trackingId,
    "messaging.message.body.size": server.requests[0]?.body.length,
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(server.url).port),
    "http.request.resend_count": 1,
  });
});

it("hands the trace on in a header that is not signed", async () => {
  const { server, client } = await startBoth();
  await client.send(aMessage());
  const [span] = exporter.getFinishedSpans();
  const { traceId, spanId } = span?.spanContext() ?? {};
  expect(server.requests[0]?.headers.traceparent).toBe(`00-${traceId}-${spanId}-01`);
  expect(server.requests[0]?.signature).toMatchObject({
    signedHeaders: ["content-type", "host", "x-amz-date"],
  });
});

it("marks the span of a send that failed with the error's code", async () => {
  const { server, client } = await startBoth();
  server.faults.next({ kind: "answer", status: 400, body: "no" });
  await client.send(aMessage()).catch(() => {});
  const [span] = exporter.getFinishedSpans();
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
  expect(span?.attributes["error.type"]).toBe("kindo/refused");
});

it.each<[string, typeof disturb]>([
  [
    "throws",
    () => {
      throw new Error("boom");
    },
  ],
  [
    "writes what no header can hold, and what was signed",
    (set) => {
      set("baggage", "line\nbreak");
      set("not a name", "x");
      set("Authorization", "none");
      set("CONTENT-TYPE", "text/plain");
    },
  ],
])("delivers a message although the propagator %s", async (_what, act) => {
  disturb = act;
  const { server, client } = await startBoth();
  await client.send(aMessage());
  expect(server.stored).toHaveLength(1);
  expect(exporter.getFinishedSpans()).toHaveLength(1);
});

it("delivers a message although a span throws", async () => {
  const { server, client } = await startBoth();
  const tracer = provider.getTracer("test");
  const prototype = Object.getPrototypeOf(tracer.startSpan("any")) as { end(): void; setAttributes(): void };
  const { end, setAttributes } = prototype;
  const fail = () => {
    throw new Error("boom");
  };
  Object.assign(prototype, { end: fail, setAttributes: fail });
  try {
    await client.send(aMessage());
  } finally {
    Object.assign(prototype, { end, setAttributes });
  }
  expect(server.stored).toHaveLength(1);
});
