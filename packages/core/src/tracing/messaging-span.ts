import type { SpanAttributes, SpanKind } from "./span-types.ts";

/** An operation on a message, in the words of OpenTelemetry's conventions for messaging. */
export type MessagingOperation = "create" | "send" | "receive" | "process" | "settle";

/** A span about messages, before it is begun. */
export interface MessagingSpan {
  readonly operation: MessagingOperation;
  /** `"kafka"`, `"aws_sqs"`, `"mqtt"` ... */
  readonly system: string;
  /** The topic, queue or channel; never anything that differs from message to message. */
  readonly destination?: string | undefined;
  readonly messageId?: string | undefined;
  /** The size of the encoded message in bytes. */
  readonly bodyBytes?: number | undefined;
  /** How many messages, where it is about a batch. */
  readonly batchSize?: number | undefined;
  readonly consumerGroup?: string | undefined;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
}

/** The name, kind and attributes that OpenTelemetry's conventions give to such a span. */
export function messagingSpan(span: MessagingSpan): {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: SpanAttributes;
} {
  const { operation, destination } = span;
  return {
    name: destination === undefined ? operation : `${operation} ${destination}`,
    kind: kinds[operation],
    attributes: {
      "messaging.system": span.system,
      "messaging.operation.name": operation,
      "messaging.operation.type": operation,
      "messaging.destination.name": destination,
      "messaging.message.id": span.messageId,
      "messaging.message.body.size": span.bodyBytes,
      "messaging.batch.message_count": span.batchSize,
      "messaging.consumer.group.name": span.consumerGroup,
      "server.address": span.serverAddress,
      "server.port": span.serverPort,
    },
  };
}

const kinds: Readonly<Record<MessagingOperation, SpanKind>> = {
  create: "producer",
  send: "producer",
  receive: "client",
  process: "consumer",
  settle: "client",
};
