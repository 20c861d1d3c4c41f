import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
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

/** Keeps the spans of this process in memory. A real service would give an exporter of its own to the provider. */
export function recordSpans(): () => readonly SpanRecord[] {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  return () =>
    exporter.getFinishedSpans().map(({ name, duration: [seconds, nanos], ...span }) => ({
      name,
      traceId: span.spanContext().traceId,
      durationMs: seconds * 1000 + nanos / 1_000_000,
    }));
}
