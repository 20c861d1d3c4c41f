import type { Attributes, Context, Span } from "@opentelemetry/api";
import { WirekitError } from "../errors/wirekit-error.ts";
import { isTracingOn } from "./otel-registry.ts";
import type { ActiveSpan, SpanKind, SpanOptions } from "./span-types.ts";

/**
 * Runs `task` inside a span that ends when it does. A failure marks the span as failed, with the error's code
 * as `error.type`; what `task` returns or throws is handed on unchanged.
 *
 * Without a tracer provider it only runs `task`, and `@opentelemetry/api` is not even loaded.
 */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  task: (span: ActiveSpan) => Promise<T>,
): Promise<T> {
  if (!isTracingOn()) return task(noSpan);
  const api = await import("@opentelemetry/api").catch(() => undefined);
  if (api === undefined) return task(noSpan);
  const { context, trace, SpanKind: kinds, SpanStatusCode } = api;
  const { kind = "internal", attributes = {}, parent, scope = { name: "@wirekit/core" } } = options;

  let running: Promise<T> | undefined;
  const runIn = async (span: Span): Promise<T> => {
    try {
      return await task(active(span));
    } catch (thrown) {
      quietly(() => {
        span.setAttribute("error.type", errorType(thrown));
        span.setStatus({ code: SpanStatusCode.ERROR, ...description(thrown) });
      });
      throw thrown;
    } finally {
      quietly(() => span.end());
    }
  };
  quietly(() =>
    trace
      .getTracer(scope.name, scope.version)
      .startActiveSpan(
        name,
        { kind: kinds[kindNames[kind]], attributes: attributes as Attributes },
        (parent as Context | undefined) ?? context.active(),
        (span) => {
          running ??= runIn(span);
        },
      ),
  );
  return running ?? task(noSpan);
}

/** What observes never breaks what it observes. */
function quietly(observe: () => void): void {
  try {
    observe();
  } catch {
    // There is nowhere to tell it: it is what tells that has failed.
  }
}

const noSpan: ActiveSpan = { setAttributes: () => {} };

const kindNames = {
  internal: "INTERNAL",
  client: "CLIENT",
  server: "SERVER",
  producer: "PRODUCER",
  consumer: "CONSUMER",
} as const satisfies Record<SpanKind, string>;

function active(span: Span): ActiveSpan {
  return { setAttributes: (attributes) => quietly(() => span.setAttributes(attributes as Attributes)) };
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
    // `undefined` was thrown, or something that cannot be looked at. What matters is that it arrives.
    return undefined;
  }
}

/** Only our own errors promise that no secret and no message body is in what they say. */
function description(thrown: unknown): { readonly message?: string } {
  const isOurs = thrown instanceof WirekitError && thrown.code !== "wirekit/unknown";
  return isOurs ? { message: thrown.message } : {};
}
