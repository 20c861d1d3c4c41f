import type { Context } from "@opentelemetry/api";
import { isTracingOn } from "./otel-registry.ts";
import type { TraceContext } from "./span-types.ts";

/**
 * Writes where the active span stands in its trace into `carrier` (message headers or attributes):
 * `traceparent` and what else the program's propagator writes. Nothing without a tracer provider, a
 * propagator or an active span.
 */
export async function injectTraceContext(carrier: Record<string, string>): Promise<void> {
  if (!isTracingOn()) return;
  try {
    const { context, propagation } = await import("@opentelemetry/api");
    propagation.inject(context.active(), carrier);
  } catch {
    // The message is worth more than its trace.
  }
}

/**
 * What the sender of a message wrote into `carrier`, to be the `parent` of a span. `undefined` without a
 * tracer provider, or when nothing that can be used was written.
 */
export async function extractTraceContext(
  carrier: Readonly<Record<string, string | undefined>>,
): Promise<TraceContext | undefined> {
  if (!isTracingOn()) return undefined;
  try {
    const { propagation, ROOT_CONTEXT, trace } = await import("@opentelemetry/api");
    const context: Context = propagation.extract(ROOT_CONTEXT, carrier);
    return trace.getSpanContext(context) === undefined ? undefined : (context as unknown as TraceContext);
  } catch {
    // As if nothing had been written.
    return undefined;
  }
}
