import type { Client, CloseOptions, CloseReport } from "@wirekit/core";
import type {
  ConsumerEvents,
  ConsumerHealth,
  ConsumerStats,
  DeadLetterSink,
  Delivery,
  IdempotencyStore,
  Processed,
} from "@wirekit/core/inbound";
import type { ReceivedFacts, ReceivedMessage } from "./received.ts";
import type { UnknownKinds } from "./wire/message.ts";

/**
 * One message on its way through a consumer of a bus. Its body is the text as it came. Its `key` is what
 * keeps its order inside the consumer; the key that it was sent with is in `received`.
 */
export interface BusDelivery extends Delivery<string> {
  readonly received: ReceivedFacts;
}

/** What a handler is given besides the message. */
export interface MessageContext<Message> {
  /**
   * Fires on the time-out, when the message is no longer ours, and when a consumer that closes can wait no
   * longer.
   */
  readonly signal: AbortSignal;
  readonly received: ReceivedMessage<Message>;
}

/**
 * Does the work of one message. When it returns, the message is acknowledged; what it throws makes it come
 * again.
 */
export type MessageHandler<Message> = (message: Message, context: MessageContext<Message>) => unknown;

/** Handling each message once, by its `idempotency_key`, within its target and group. */
export interface ConsumeIdempotency {
  /** What remembers which messages are being handled, and which have been. */
  readonly store: IdempotencyStore;
  /** After this time without a sign of life a message is free for somebody else, in milliseconds. */
  readonly claimTtlMs?: number | undefined;
  /** How long it is remembered that a message was handled, in milliseconds. Default 24 hours. */
  readonly resultTtlMs?: number | undefined;
}

/** How often a message that fails is tried, and the pauses between. */
export interface ConsumeRetry {
  /** After so many deliveries a message is given up. Default: 5 with a `deadLetter`, else no limit. */
  readonly maxAttempts?: number | undefined;
  /** The bound of the first pause, in milliseconds; it doubles with every delivery. Default 1,000. */
  readonly baseDelayMs?: number | undefined;
  /** The bound that no pause passes, in milliseconds. Default 900,000. */
  readonly maxDelayMs?: number | undefined;
}

/** Where messages go that are given up. */
export type ConsumeDeadLetter =
  /** Another queue or topic of the same bus. The body goes there as it came, and why in headers. */
  | { readonly target: string; readonly sink?: undefined }
  /** A function that writes them; they are acknowledged when it has resolved. */
  | { readonly sink: DeadLetterSink<BusDelivery>; readonly target?: undefined };

/** How messages are consumed. */
export interface ConsumeOptions<Unknown extends UnknownKinds = UnknownKinds> {
  /** The queue or topic. */
  readonly target: string;
  /** The consumer group. Every group receives every message. Default `<target>_consumer_group`. */
  readonly groupId?: string | undefined;
  /** The most handlers that run at once, one for each key. Default 10. */
  readonly concurrency?: number | undefined;
  /** How long a handler may take, in milliseconds. Default 300,000. */
  readonly handlerTimeoutMs?: number | undefined;
  /** How long a handler that ignores its time-out keeps its key, in milliseconds. Default 60,000. */
  readonly abandonAfterMs?: number | undefined;
  /** How often a message that fails is tried, and the pauses between. */
  readonly retry?: ConsumeRetry | undefined;
  /** Whether what a handler has thrown is worth another try. Default: always. */
  readonly classify?: ((thrown: unknown) => "retry" | "dead-letter") | undefined;
  /**
   * Where messages go that are given up, and bodies that are invalid. Default: nowhere, and they are never
   * acknowledged.
   */
  readonly deadLetter?: ConsumeDeadLetter | undefined;
  /** Off unless given. */
  readonly idempotency?: ConsumeIdempotency | undefined;
  /** What to do with a kind that this version does not know. Default `"refuse"`: its body is invalid. */
  readonly unknownKinds?: Unknown | undefined;
  /**
   * For how long a message is held at a time; renewed as long as it is handled or waits. Default: the bus's
   * own.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /** Told what became of each delivery. */
  readonly onProcessed?: ((processed: Processed<BusDelivery>) => void) | undefined;
}

/** A consumer that runs, until it is closed or stops by itself. */
export interface MessageConsumer extends Client<never, ConsumerStats> {
  /**
   * Resolves when the consumer has been closed; rejects when it has stopped by itself. Need not be awaited.
   */
  readonly closed: Promise<void>;

  /** Calls `listener` at every event of this name, until the returned function is called. */
  on<Name extends keyof ConsumerEvents<BusDelivery>>(
    name: Name,
    listener: (event: ConsumerEvents<BusDelivery>[Name]) => void,
  ): () => void;

  /** With what the source says of itself. */
  health(): ConsumerHealth;

  /**
   * Stops receiving at once, gives back what waits, and lets handlers finish. Near the end of `timeoutMs`
   * (default 10,000) the signals of handlers that still run fire. Closing again returns the same report.
   *
   * @throws ConfigError when `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport>;
}
