import type { IdempotencyOptions, IdempotencyStore } from "@wirekit/core/inbound";
import type { SqsDelivery } from "@wirekit/core/sqs";
import type { MessageMetadata } from "./event-handler.ts";
import type { ReadMessage } from "./read-delivery.ts";

/** Handling each event once, within its queue. */
export interface ConsumeIdempotency<Event = unknown> {
  /** What remembers which events are being handled, and which have been. */
  readonly store: IdempotencyStore;
  /**
   * What tells an event from every other, and is the same for every copy of it; `undefined` for one that is handled as often as it is delivered.
   *
   * Default: `metadata.messageId`, which covers deliveries of one message. What was published twice has two ids, and needs a key of the event's
   * own.
   */
  readonly keyOf?: ((event: Event, metadata: MessageMetadata) => string | undefined) | undefined;
  /**
   * After this time without a sign of life an event is free for somebody else, in milliseconds. Must be longer than `handlerTimeoutMs`.
   * Default: 30 seconds longer.
   */
  readonly claimTtlMs?: number | undefined;
  /** How long it is remembered that an event was handled, in milliseconds. Default 24 hours. */
  readonly resultTtlMs?: number | undefined;
}

/** What core's engine is given. One store may serve many queues: each handles what came to it. */
export function idempotencyOf(
  idempotency: ConsumeIdempotency<never> | undefined,
  queue: string,
): IdempotencyOptions<SqsDelivery, ReadMessage, unknown> | undefined {
  if (idempotency === undefined) return undefined;
  const { store, keyOf = messageId, claimTtlMs, resultTtlMs } = idempotency;
  return {
    store,
    claimTtlMs,
    resultTtlMs,
    keyOf: ({ event, metadata }) => {
      const key = keyOf(event as never, metadata);
      return key === undefined ? undefined : JSON.stringify([queue, key]);
    },
  };
}

function messageId(_event: unknown, metadata: MessageMetadata): string {
  return metadata.messageId;
}
