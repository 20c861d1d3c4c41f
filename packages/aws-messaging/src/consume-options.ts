import type { ConsumerOptions as CoreConsumerOptions } from "@wirekit/core/inbound";
import type { SqsDelivery, SqsSourceOptions } from "@wirekit/core/sqs";
import type { ConsumeIdempotency } from "./consume-idempotency.ts";
import type { Discriminator } from "./define-event.ts";
import type { QueueTarget } from "./queue-directory.ts";
import type { EventSchema } from "./schema.ts";

/** What to consume: the queue of a topic, or a queue by its own name; and the form that is due. */
export type ConsumeTarget<Schema extends EventSchema> = QueueTarget & {
  readonly schema: Schema;
  /** Messages that are of another type are not handled, and are left to the redrive policy. */
  readonly discriminator?: Discriminator | undefined;
};

/** Where messages go that are given up. Without it they are left to the queue's redrive policy. */
export type DeadLetterDestination = { readonly queue: string } | { readonly topic: string };

type Core = CoreConsumerOptions<SqsDelivery>;

/** How messages are consumed. `Event` is what handlers are given. */
export interface ConsumeOptions<Event = unknown>
  extends Pick<Core, "concurrency" | "handlerTimeoutMs" | "abandonAfterMs" | "classify" | "whenInvalid">,
    Pick<
      SqsSourceOptions,
      "visibilityTimeoutMs" | "waitTimeMs" | "maxReceives" | "receiveSize" | "settleLingerMs"
    > {
  /** After so many deliveries a message that fails is given up. Default: 5 with a `deadLetter`, else no limit. */
  readonly maxAttempts?: number | undefined;
  /** The pause before a message comes again, in milliseconds: doubling from `baseDelayMs` (1,000) to `maxDelayMs` (900,000). */
  readonly backoff?:
    | { readonly baseDelayMs?: number | undefined; readonly maxDelayMs?: number | undefined }
    | undefined;
  /** The most messages that wait, received and leased, for a free slot. Default 10, the most that SQS gives at once. */
  readonly prefetch?: number | undefined;
  readonly deadLetter?: DeadLetterDestination | undefined;
  /** Handles each event once, also when it is delivered again. Off unless given. */
  readonly idempotency?: ConsumeIdempotency<Event> | undefined;
  /** Closes the consumer when it fires. */
  readonly signal?: AbortSignal | undefined;
}
