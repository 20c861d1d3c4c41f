import type { Context } from "@opentelemetry/api";
import { isTracingOn, loadOpenTelemetry, reportTracingFault } from "./otel-registry.ts";
import type { TraceContext } from "./span-types.ts";

/**
 * Writes where the active span stands in its trace into `carrier` (message headers or attributes):
 * `traceparent` and what else the program's propagator writes. Does nothing without a tracer provider, a
 * propagator or an active span. If the propagator throws, nothing is written, and OpenTelemetry's `diag`
 * logger is told.
 */
export async function injectTraceContext(carrier: Record<string, string>): Promise<void> {
  if (!isTracingOn()) return;
  const api = await loadOpenTelemetry();
  if (api === undefined) return;
  try {
    const written: Record<string, unknown> = {};
    api.propagation.inject(api.context.active(), written);
    for (const [name, value] of Object.entries(written)) if (typeof value === "string") carrier[name] = value;
  } catch (thrown) {
    reportTracingFault(api, "The trace context could not be written", thrown);
  }
}

/**
 * Reads what the sender of a message wrote into `carrier`, to be the `parent` of a span. Returns `undefined`
 * without a tracer provider, or if `carrier` holds nothing that can be used, or if the program's propagator
 * throws.
 */
export async function extractTraceContext(
  carrier: Readonly<Record<string, string | undefined>>,
): Promise<TraceContext | undefined> {
  if (!isTracingOn()) return undefined;
  const api = await loadOpenTelemetry();
  if (api === undefined) return undefined;
  try {
    const context: Context = api.propagation.extract(api.ROOT_CONTEXT, carrier);
    return api.trace.getSpanContext(context) === undefined ? undefined : (context as unknown as TraceContext);
  } catch (thrown) {
    reportTracingFault(api, "The trace context of a message could not be read", thrown);
    return undefined;
  }
}
