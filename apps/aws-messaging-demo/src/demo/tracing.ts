import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";

/** A span that has ended, as far as the demo shows it. */
export interface SpanRecord {
  readonly name: string;
  readonly traceId: string;
  readonly durationMs: number;
}

/**
 * Keeps the spans of this process in memory. A real service would give an exporter of its own to the
 * provider.
 */
export function recordSpans(): () => readonly SpanRecord[] {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  return () =>
    exporter.getFinishedSpans().map((span) => {
      const [seconds, nanos] = span.duration;
      const durationMs = seconds * 1000 + nanos / 1_000_000;
      return { name: span.name, traceId: span.spanContext().traceId, durationMs };
    });
}
