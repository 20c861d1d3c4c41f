import type { SendOutcome } from "@wirekit/core";
import type { SpanHook } from "@wirekit/core/inbound";
import type { SqsDelivery } from "@wirekit/core/sqs";
import {
  extractTraceContext,
  injectTraceContext,
  isTracingOn,
  messagingSpan,
  withSpan,
} from "@wirekit/core/tracing";
import { carriedAttributes, type ReadMessage } from "./consuming/read-delivery.ts";
import type { PublishReceipt } from "./publishing/publish-options.ts";
import type { Attributes } from "./wire/attributes.ts";

const scope = { name: "@wirekit/aws-messaging" };

/** What became of a message, and its size where it came as far as that. */
export interface Sent {
  readonly outcome: SendOutcome<PublishReceipt>;
  readonly bytes?: number | undefined;
}

/**
 * Sends inside a span. `send` is given what the message is to carry of it. A message that was not taken marks
 * the span as failed. Resolves when the span has ended; never rejects.
 */
export async function sendInSpan(topic: string, send: (trace: Attributes) => Promise<Sent>): Promise<void> {
  const { name, ...span } = messagingSpan({ operation: "send", system: "aws.sns", destination: topic });
  const sending = withSpan(name, { ...span, scope }, async (active) => {
    const carrier: Record<string, string> = {};
    await injectTraceContext(carrier);
    const { outcome, bytes } = await send(carrier);
    active.setAttributes({ "messaging.message.body.size": bytes });
    if (outcome.kind !== "delivered") throw outcome.error;
    active.setAttributes({ "messaging.message.id": outcome.messageId });
  });
  await sending.catch(() => undefined);
}

/** Handles inside a span that belongs to the one of the publisher, where the message says which that was. */
export function handlingSpan(queue: string): SpanHook<SqsDelivery, ReadMessage> {
  return async ({ delivery, message }, run) => {
    if (!isTracingOn()) return run();
    const { messageId, attributes } = message.metadata;
    return inProcessSpan(queue, { delivery, messageId, attributes }, run);
  };
}

/**
 * Reads a delivery. One that cannot be read has a span that says so: it comes to no handler, which would have
 * one.
 */
export async function readTraced(
  queue: string,
  delivery: SqsDelivery,
  read: (delivery: SqsDelivery) => Promise<ReadMessage>,
): Promise<ReadMessage> {
  try {
    return await read(delivery);
  } catch (thrown) {
    if (!isTracingOn()) throw thrown;
    const facts = { delivery, messageId: delivery.id, attributes: carriedAttributes(delivery) };
    return inProcessSpan(queue, facts, () => Promise.reject(thrown));
  }
}

interface SpanFacts {
  readonly delivery: SqsDelivery;
  readonly messageId: string;
  readonly attributes: Attributes;
}

async function inProcessSpan<T>(queue: string, facts: SpanFacts, run: () => Promise<T>): Promise<T> {
  const { name, ...span } = messagingSpan({
    operation: "process",
    system: "aws_sqs",
    destination: queue,
    messageId: facts.messageId,
    bodyBytes: facts.delivery.bytes,
  });
  const parent = await extractTraceContext(textsOf(facts.attributes));
  return withSpan(name, { ...span, scope, parent }, run);
}

function textsOf(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
