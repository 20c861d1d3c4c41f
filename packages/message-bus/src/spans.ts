import type { SpanHook } from "@wirekit/core/inbound";
import {
  extractTraceContext,
  injectTraceContext,
  isTracingOn,
  messagingSpan,
  withSpan,
} from "@wirekit/core/tracing";
import type { BusDelivery } from "./consume-options.ts";
import type { SentMessage } from "./message-bus.ts";

const scope = { name: "@wirekit/message-bus" };

/** What is sent, as far as a span tells. */
export interface SendFacts {
  /** The kind of bus, in OpenTelemetry's words: `"kafka"`, `"aws_sqs"`. */
  readonly system: string;
  readonly target: string;
  readonly bodyBytes: number;
}

/**
 * Sends one message inside a span. `send` is given the headers that say where the span stands in its trace: none unless the program has
 * registered a tracer provider and a propagator.
 */
export function sendInSpan<Receipt extends SentMessage>(
  { system, target: destination, bodyBytes }: SendFacts,
  send: (headers: Readonly<Record<string, string>>) => Promise<Receipt>,
): Promise<Receipt> {
  // Nothing more than the call: a program that sends much would pay for every layer of promises.
  if (!isTracingOn()) return send({});
  const { name, ...options } = messagingSpan({ operation: "send", system, destination, bodyBytes });
  return withSpan(name, { ...options, scope }, async (span) => {
    const headers: Record<string, string> = {};
    await injectTraceContext(headers);
    const sent = await send(headers);
    span.setAttributes({ "messaging.message.id": sent.messageId });
    return sent;
  });
}

/** Runs each handler inside a span, in the trace of whoever sent the message. For when there is a tracer provider. */
export function handlerSpan<D extends BusDelivery, Message>(system: string): SpanHook<D, Message> {
  return ({ delivery }, run) => runInSpan(system, delivery, run);
}

async function runInSpan<T>(
  system: string,
  { id, bytes, received }: BusDelivery,
  run: () => Promise<T>,
): Promise<T> {
  const { name, ...options } = messagingSpan({
    operation: "process",
    system,
    destination: received.target,
    messageId: id,
    bodyBytes: bytes,
    consumerGroup: received.groupId,
  });
  const parent = await extractTraceContext(received.headers);
  return withSpan(name, { ...options, parent, scope }, run);
}
