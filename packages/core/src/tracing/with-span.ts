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
  /** A tracer or span that throws changes nothing for the task. */
  const quietly = (observe: () => void) => {
    try {
      observe();
    } catch (thrown) {
      reportTracingFault(api, `The span "${name}" is not complete`, thrown);
    }
  };
  const run = async (span: Span): Promise<T> => {
    try {
      return await task({
        setAttributes: (added) => quietly(() => span.setAttributes(added as Attributes)),
      });
    } catch (thrown) {
      quietly(() => {
        span.setAttribute("error.type", errorType(thrown));
        span.setStatus({ code: api.SpanStatusCode.ERROR, ...description(thrown) });
      });
      throw thrown;
    } finally {
      quietly(() => span.end());
    }
  };

  let running: Promise<T> | undefined;
  quietly(() =>
    api.trace
      .getTracer(scope.name, scope.version)
      .startActiveSpan(
        name,
        { kind: api.SpanKind[kindNames[kind]], attributes: attributes as Attributes },
        (parent as Context | undefined) ?? api.context.active(),
        (span) => {
          running ??= run(span);
        },
      ),
  );
  return running ?? task(noSpan);
}

const noSpan: ActiveSpan = { setAttributes: () => {} };

const kindNames = {
  internal: "INTERNAL",
  client: "CLIENT",
  server: "SERVER",
  producer: "PRODUCER",
  consumer: "CONSUMER",
} as const satisfies Record<SpanKind, string>;

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
