import type { EventSchema, Received } from "../events/schema.ts";
import type { Attributes } from "../wire/attributes.ts";

/** What is known of a message besides its event. */
export interface MessageMetadata {
  /** The id that SNS gave it, or SQS where it came without an envelope. */
  readonly messageId: string;
  /** The queue it was received from. */
  readonly queue: string;
  readonly attributes: Attributes;
  /** Known for messages that came in an SNS envelope. */
  readonly topicArn?: string | undefined;
  readonly subject?: string | undefined;
  /** When it was published. */
  readonly sentAt?: Date | undefined;
  /** 1 on the first delivery. */
  readonly receiveCount: number;
  /** On FIFO queues, and on standard queues where SQS serves groups fairly. */
  readonly groupId?: string | undefined;
  /** On FIFO queues. */
  readonly deduplicationId?: string | undefined;
}

/** What a handler is given beside the event. */
export interface HandlerContext {
  /**
   * Fires when the handler's time is over, its lease is lost, or the consumer is closed and has waited long
   * enough.
   */
  readonly signal: AbortSignal;
  readonly metadata: MessageMetadata;
}

/** Handles one event. What it returns is of no importance; when it throws, the message is delivered again. */
export type EventHandler<Schema extends EventSchema> = (
  event: Received<Schema>,
  context: HandlerContext,
) => unknown;
