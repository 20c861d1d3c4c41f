import type { Attributes, Context, Span } from "@opentelemetry/api";
import { WirekitError } from "../errors/wirekit-error.ts";
import { isTracingOn, loadOpenTelemetry, reportTracingFault } from "./otel-registry.ts";
import type { ActiveSpan, SpanKind, SpanOptions } from "./span-types.ts";

/**
 * Runs `task` inside a span that ends when it does. A failure marks the span as failed, with the error's code
 * as `error.type`; what `task` returns or throws is passed on unchanged, also if the tracer or its exporter
 * throws.
 *
 * Without a tracer provider it only runs `task`, and `@opentelemetry/api` is not even loaded.
 */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  task: (span: ActiveSpan) => Promise<T>,
): Promise<T> {
  if (!isTracingOn()) return task(noSpan);
  const api = await loadOpenTelemetry();
  if (api === undefined) return task(noSpan);
  const { kind = "internal", attributes = {}, parent, scope = { name: "@wirekit/core" } } = options;
  const runs: Promise<T>[] = [];
  const report = (thrown: unknown) => reportTracingFault(api, `The span "${name}" is not complete`, thrown);

  async function run(span: Span): Promise<void> {
    // Kept outside: whatever becomes of the span, the task ran once, and its result counts.
    const running = (async () => task(active(span, report)))();
    runs.push(running);
    try {
      await running;
    } catch (thrown) {
      span.setAttribute("error.type", errorType(thrown));
      span.setStatus({ code: api?.SpanStatusCode.ERROR ?? 2, ...description(thrown) });
    } finally {
      span.end();
    }
  }

  try {
    await api.trace
      .getTracer(scope.name, scope.version)
      .startActiveSpan(
        name,
        { kind: api.SpanKind[kindNames[kind]], attributes: attributes as Attributes },
        (parent as Context | undefined) ?? api.context.active(),
        run,
      );
  } catch (thrown) {
    report(thrown);
  }
  return runs[0] ?? task(noSpan);
}

const noSpan: ActiveSpan = { setAttributes: () => {} };

const kindNames = {
  internal: "INTERNAL",
  client: "CLIENT",
  server: "SERVER",
  producer: "PRODUCER",
  consumer: "CONSUMER",
} as const satisfies Record<SpanKind, string>;

function active(span: Span, report: (thrown: unknown) => void): ActiveSpan {
  return {
    setAttributes: (attributes) => {
      try {
        span.setAttributes(attributes as Attributes);
      } catch (thrown) {
        report(thrown);
      }
    },
  };
}

/** A stable word for the fault: the code of one of our errors, else the class of the error. */
function errorType(thrown: unknown): string {
  if (thrown instanceof WirekitError && thrown.code !== "wirekit/unknown") return thrown.code;
  const name = nameOf(thrown);
  // The convention's word for an error without a name.
  return typeof name === "string" && /^[A-Za-z][\w.]*$/.test(name) ? name : "_OTHER";
}

function nameOf(thrown: unknown): unknown {
  try {
    return (thrown as { readonly name?: unknown }).name;
  } catch {
    // `undefined` was thrown, or something that cannot be read.
    return undefined;
  }
}

/** Only our own errors promise that their text holds no secret and no message body. */
function description(thrown: unknown): { readonly message?: string } {
  const isOurs = thrown instanceof WirekitError && thrown.code !== "wirekit/unknown";
  return isOurs ? { message: thrown.message } : {};
}
