import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import {
  context,
  diag,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { ConnectionError, WirekitError } from "../src/index.ts";
import { retry } from "../src/kit/index.ts";
import { extractTraceContext, injectTraceContext, messagingSpan, withSpan } from "../src/tracing/index.ts";

/** What an upstream service wrote: a trace, and the span in it that a message belongs to. */
const upstream = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const traceparent = `00-${upstream.traceId}-${upstream.spanId}-01`;

describe("with a tracer provider", () => {
  const exporter = new InMemorySpanExporter();

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

  /** The spans that have ended, by name. */
  function spans() {
    const ended = exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      kind: span.kind,
      attributes: span.attributes,
      status: span.status,
      events: span.events,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parentId: span.parentSpanContext?.spanId,
      scope: span.instrumentationScope,
    }));
    return Object.fromEntries(ended.map((span) => [span.name, span]));
  }

  it("a span has its name, kind, attributes and the package that made it, and ends with its task", async () => {
    const scope = { name: "@wirekit/kindo-client", version: "1.2.3" };
    const result = await withSpan(
      "send orders",
      { kind: "producer", attributes: { "messaging.system": "kindo", absent: undefined }, scope },
      async (span) => {
        span.setAttributes({ "messaging.message.id": "7" });
        expect(exporter.getFinishedSpans()).toEqual([]);
        return "sent";
      },
    );
    expect(result).toBe("sent");
    expect(spans()["send orders"]).toMatchObject({
      kind: SpanKind.PRODUCER,
      attributes: { "messaging.system": "kindo", "messaging.message.id": "7" },
      status: { code: SpanStatusCode.UNSET },
      parentId: undefined,
      scope,
    });
  });

  it.each([
    ["internal", SpanKind.INTERNAL],
    ["client", SpanKind.CLIENT],
    ["server", SpanKind.SERVER],
    ["producer", SpanKind.PRODUCER],
    ["consumer", SpanKind.CONSUMER],
  ] as const)("a span can be %s", async (kind, expected) => {
    await withSpan("it", { kind }, async () => {});
    expect(spans().it?.kind).toBe(expected);
  });

  it("a span is internal, and core's, unless something else is said", async () => {
    await withSpan("it", {}, async () => {});
    expect(spans().it).toMatchObject({ kind: SpanKind.INTERNAL, scope: { name: "@wirekit/core" } });
  });

  it("a span belongs to the one that is active around it, through every await", async () => {
    await withSpan("outer", {}, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await Promise.all([withSpan("one", {}, async () => {}), withSpan("other", {}, async () => {})]);
    });
    const { outer, one, other } = spans();
    expect([one?.parentId, other?.parentId]).toEqual([outer?.spanId, outer?.spanId]);
    expect(one?.traceId).toBe(outer?.traceId);
  });

  it("spans of calls that run side by side are not mixed up", async () => {
    const numbers = Array.from({ length: 20 }, (_, number) => number);
    await Promise.all(
      numbers.map((number) =>
        withSpan(`outer ${number}`, {}, () => withSpan(`inner ${number}`, {}, async () => {})),
      ),
    );
    const ended = spans();
    for (const number of numbers)
      expect(ended[`inner ${number}`]?.parentId).toBe(ended[`outer ${number}`]?.spanId);
  });

  it("a failure is on its span with its code, and reaches the caller unchanged", async () => {
    const error = new ConnectionError("The connection broke");
    await expect(withSpan("it", {}, () => Promise.reject(error))).rejects.toBe(error);
    expect(spans().it).toMatchObject({
      attributes: { "error.type": "wirekit/connection" },
      status: { code: SpanStatusCode.ERROR, message: "The connection broke" },
      events: [],
    });
  });

  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error("no");
      },
    },
  );
  it.each<[string, unknown, string]>([
    ["an error of the runtime", new TypeError("hunter22"), "TypeError"],
    ["an abort", new DOMException("hunter22", "AbortError"), "AbortError"],
    ["an error that was wrapped", WirekitError.from(new Error("hunter22")), "WirekitError"],
    ["a text", "hunter22", "_OTHER"],
    ["nothing", undefined, "_OTHER"],
    ["an error with an odd name", Object.assign(new Error("x"), { name: "hunter22 or so" }), "_OTHER"],
    ["something that cannot be looked at", hostile, "_OTHER"],
  ])("of %s only the kind is told: what strangers say may hold a secret", async (_, thrown, type) => {
    const outcome = await withSpan("it", {}, () => Promise.reject(thrown)).catch((error: unknown) => ({
      error,
    }));
    expect((outcome as { error: unknown }).error === thrown).toBe(true);
    expect(spans().it).toMatchObject({
      attributes: { "error.type": type },
      status: { code: SpanStatusCode.ERROR },
    });
    expect(JSON.stringify(spans())).not.toContain("hunter22");
  });

  it("a span covers all tries of a retry", async () => {
    const task = async ({ number }: { readonly number: number }) => {
      if (number < 3) throw new ConnectionError("broken");
      return number;
    };
    const sent = withSpan("it", {}, async (span) => {
      const attempts = await retry(task, { random: () => 0 });
      span.setAttributes({ "test.attempts": attempts });
    });
    await sent;
    expect(spans().it).toMatchObject({
      attributes: { "test.attempts": 3 },
      status: { code: SpanStatusCode.UNSET },
    });
  });

  it("the active span travels in a carrier, and becomes the parent on the other side", async () => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    await withSpan("send", {}, () => injectTraceContext(headers));
    const { send } = spans();
    expect(headers).toEqual({
      "content-type": "application/json",
      traceparent: `00-${send?.traceId}-${send?.spanId}-01`,
    });

    const parent = await extractTraceContext(headers);
    await withSpan("process", { kind: "consumer", parent }, async () => {});
    expect(spans().process).toMatchObject({ traceId: send?.traceId, parentId: send?.spanId });
  });

  it("the parent that is named counts more than the span that is active", async () => {
    await withSpan("polling", {}, async () => {
      const parent = await extractTraceContext({ traceparent });
      await withSpan("process", { parent }, () => withSpan("inside", {}, async () => {}));
    });
    const { process, inside } = spans();
    expect(process).toMatchObject({ traceId: upstream.traceId, parentId: upstream.spanId });
    expect(inside?.parentId).toBe(process?.spanId);
  });

  it.each([
    {},
    { traceparent: undefined },
    { traceparent: "nonsense" },
    { traceparent: traceparent.slice(0, -4) },
  ])("a carrier of %j names no parent", async (carrier) => {
    expect(await extractTraceContext(carrier)).toBeUndefined();
  });

  it("a propagator that throws fails neither a send nor a delivery, and writes nothing", async () => {
    const complaints: string[] = [];
    const complain = (message: string) => void complaints.push(message);
    diag.setLogger({ error: complain, warn: complain, info: () => {}, debug: () => {}, verbose: () => {} });
    complaints.length = 0;
    propagation.disable();
    propagation.setGlobalPropagator({
      inject: (_, carrier) => {
        (carrier as Record<string, string>).half = "written";
        throw new Error("inject");
      },
      extract: () => {
        throw new Error("extract");
      },
      fields: () => [],
    });
    const carrier: Record<string, string> = { own: "header" };
    await withSpan("send", {}, () => injectTraceContext(carrier));
    expect(carrier).toEqual({ own: "header" });
    expect(await extractTraceContext({ traceparent })).toBeUndefined();
    expect(complaints).toEqual([
      "The trace context could not be written: inject",
      "The trace context of a message could not be read: extract",
    ]);
    diag.disable();
  });

  it("a propagator that writes what is no text does not put it into a carrier", async () => {
    propagation.disable();
    propagation.setGlobalPropagator({
      inject: (_, carrier) => {
        Object.assign(carrier as object, { baggage: 7, traceparent });
      },
      extract: (given) => given,
      fields: () => [],
    });
    const carrier: Record<string, string> = {};
    await injectTraceContext(carrier);
    expect(carrier).toEqual({ traceparent });
  });

  it.each<[string, (span: Span) => Tracer["startActiveSpan"]]>([
    [
      "throws before it runs the task",
      () => () => {
        throw new Error("tracer");
      },
    ],
    [
      "throws after it has run the task",
      (span) =>
        ((...given: unknown[]) => {
          (given.at(-1) as (span: Span) => unknown)(span);
          throw new Error("tracer");
        }) as Tracer["startActiveSpan"],
    ],
    ["forgets the task", () => (() => undefined) as unknown as Tracer["startActiveSpan"]],
    [
      "gives a span that throws",
      () =>
        ((...given: unknown[]) => {
          const broken = new Proxy(
            {},
            {
              get: () => () => {
                throw new Error("span");
              },
            },
          );
          return (given.at(-1) as (span: unknown) => unknown)(broken);
        }) as Tracer["startActiveSpan"],
    ],
  ])("a tracer that %s does not decide about the task", async (_, startActiveSpan) => {
    trace.disable();
    const span = trace.wrapSpanContext({ ...upstream, traceFlags: 1 });
    trace.setGlobalTracerProvider({
      getTracer: () => ({ startSpan: () => span, startActiveSpan: startActiveSpan(span) }),
    });
    let runs = 0;
    const task = async (active: { setAttributes(attributes: object): void }) => {
      runs += 1;
      active.setAttributes({ a: 1 });
      return "sent";
    };
    await expect(withSpan("send", {}, task)).resolves.toBe("sent");
    const failure = new ConnectionError("down");
    await expect(
      withSpan("send", {}, async () => {
        runs += 1;
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(runs).toBe(2);
  });

  it("without an active span nothing is written into a carrier", async () => {
    const headers = {};
    await injectTraceContext(headers);
    expect(headers).toEqual({});
  });
});

describe("without a tracer provider", () => {
  it("only the task runs", async () => {
    const result = await withSpan("it", { kind: "producer" }, async (span) => {
      span.setAttributes({ a: 1 });
      return trace.getActiveSpan();
    });
    expect(result).toBeUndefined();
    await expect(withSpan("it", {}, () => Promise.reject(new Error("mine")))).rejects.toThrow("mine");
  });

  it("nothing is written into a carrier, and nothing read from one", async () => {
    const headers = {};
    await injectTraceContext(headers);
    expect(headers).toEqual({});
    expect(await extractTraceContext({ traceparent })).toBeUndefined();
  });
});

describe("a span about messages", () => {
  it("is named, and has attributes, as OpenTelemetry's conventions say", () => {
    const span = messagingSpan({
      operation: "send",
      system: "kafka",
      destination: "orders",
      messageId: "m1",
      bodyBytes: 120,
      batchSize: 3,
      consumerGroup: "billing",
      serverAddress: "broker.test",
      serverPort: 9092,
    });
    expect(span).toEqual({
      name: "send orders",
      kind: "producer",
      attributes: {
        "messaging.system": "kafka",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "orders",
        "messaging.message.id": "m1",
        "messaging.message.body.size": 120,
        "messaging.batch.message_count": 3,
        "messaging.consumer.group.name": "billing",
        "server.address": "broker.test",
        "server.port": 9092,
      },
    });
  });

  it.each([
    ["create", "producer"],
    ["send", "producer"],
    ["receive", "client"],
    ["process", "consumer"],
    ["settle", "client"],
  ] as const)("of the operation %s is a span of a %s", (operation, kind) => {
    expect(messagingSpan({ operation, system: "mqtt" })).toMatchObject({ name: operation, kind });
  });
});
