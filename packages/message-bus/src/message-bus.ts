import type { Client, SendOutcome, SendStats, WaitOptions } from "@wirekit/core";
import type { ConsumeOptions, MessageConsumer, MessageHandler } from "./consume-options.ts";
import type { Received } from "./received.ts";
import type { DecodedMessage, SendableMessage, UnknownKinds } from "./wire/message.ts";

/** Where a message goes, and how long that may take. */
export interface SendOptions extends WaitOptions {
  /** The queue or topic. */
  readonly target: string;
  /** Messages with one key are received in the order in which they were sent. */
  readonly key?: string | undefined;
}

/** Where many messages go. */
export interface SendManyOptions extends WaitOptions {
  /** The queue or topic. */
  readonly target: string;
  /** The key of all messages, or what gives the key of each. */
  readonly key?: string | ((message: SendableMessage, index: number) => string | undefined) | undefined;
}

/** What every bus says of a message that it has taken. */
export interface SentMessage {
  readonly target: string;
  /** What the bus calls the message; no other message of the target has the same. */
  readonly messageId: string;
}

/** What is to be received. */
export interface ReceiveOptions<Unknown extends UnknownKinds = UnknownKinds> extends WaitOptions {
  /** The queue or topic. */
  readonly target: string;
  /** The consumer group. Every group receives every message. Default `<target>_consumer_group`. */
  readonly groupId?: string | undefined;
  /** How long to wait for a message, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long a message is held back, before it comes again, when it is not acknowledged. Default: the bus's
   * own.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /**
   * What to do with a kind that this version does not know. Default `"refuse"`: it is received as invalid.
   */
  readonly unknownKinds?: Unknown | undefined;
}

/** What is to be received, one after the other, until the loop is left. */
export type MessagesOptions<Unknown extends UnknownKinds = UnknownKinds> = Omit<
  ReceiveOptions<Unknown>,
  "timeoutMs"
>;

/** What a bus has done since it was made. */
export interface BusStats {
  /** What became of the messages that it was given to send. */
  readonly sends: SendStats;
  /** Deliveries, of messages and of invalid bodies. */
  readonly received: number;
  /** Deliveries of invalid bodies. */
  readonly invalid: number;
  /** Deliveries of what had been delivered before. */
  readonly redelivered: number;
  readonly acknowledged: number;
}

/**
 * One contract over queues and logs. `Receipt` is what a bus knows of a message that it has taken.
 *
 * A message is delivered at least once: it comes again when it is not acknowledged in time. Messages with one
 * key come in their order, the next when the one before it has been acknowledged.
 */
export interface MessageBus<Receipt extends SentMessage = SentMessage>
  extends Client<SendableMessage, BusStats> {
  /**
   * Sends one message. A message is validated; a plain dictionary in wire spelling is sent as it is.
   *
   * @throws InvalidMessageError naming every fault by its wire path, before anything is sent;
   * UnconfirmedError if it went out and nothing says whether it arrived; RejectedError if the broker refused
   * it; any other error if it never left.
   */
  sendMessage(message: SendableMessage, options: SendOptions): Promise<Receipt>;

  /**
   * Sends many messages, and says what became of each, in their order.
   *
   * @throws ConfigError if `messages` is no list; nothing else.
   */
  sendMany(
    messages: readonly SendableMessage[],
    options: SendManyOptions,
  ): Promise<readonly SendOutcome<Receipt>[]>;

  /** Receives one message; undefined when there is none within the time. */
  receiveMessage<Unknown extends UnknownKinds = "refuse">(
    options: ReceiveOptions<Unknown>,
  ): Promise<Received<DecodedMessage<Unknown>> | undefined>;

  /** Says that what was received is done with, and is not to come again. Twice is fine. */
  acknowledge(received: Received<unknown>, options?: WaitOptions): Promise<void>;

  /**
   * Everything that comes, one after the other, each to be acknowledged. Ends when the bus is closed, and
   * with the signal's reason when it is aborted.
   */
  messages<Unknown extends UnknownKinds = "refuse">(
    options: MessagesOptions<Unknown>,
  ): AsyncIterableIterator<Received<DecodedMessage<Unknown>>>;

  /**
   * Receives and handles messages until the consumer is closed: many at once, those of one key one after the
   * other. A message is acknowledged when its handler returns, and comes again when it throws.
   *
   * @throws ConfigError naming every option at fault.
   */
  consume<Unknown extends UnknownKinds = "refuse">(
    options: ConsumeOptions<Unknown>,
    handler: MessageHandler<DecodedMessage<Unknown>>,
  ): MessageConsumer;
}
