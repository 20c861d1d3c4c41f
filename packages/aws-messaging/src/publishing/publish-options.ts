import type { WaitOptions } from "@wirekit/core";
import type { Discriminator, EventDefinition } from "../events/define-event.ts";
import type { EventSchema, Published } from "../events/schema.ts";
import type { Attributes } from "../wire/attributes.ts";

/** Where to publish, and the form that is due. An `EventDefinition` is one. */
export interface PublishTarget<Schema extends EventSchema>
  extends Pick<EventDefinition<Schema>, "topic" | "schema" | "attributes" | "groupId" | "deduplicationId"> {
  readonly discriminator?: Discriminator | undefined;
}

/** What one message is given besides its event. What is said here wins over the definition. */
export interface PublishOptions extends WaitOptions {
  readonly attributes?: Attributes | undefined;
  /** Shown by SNS in e-mails and kept in the envelope; lost on raw delivery. */
  readonly subject?: string | undefined;
  /**
   * Required on a FIFO topic: the messages of a group keep their order. On a standard topic they keep none:
   * SQS serves its groups fairly, so that one with many messages does not hold up the others.
   */
  readonly groupId?: string | undefined;
  /** On a FIFO topic: a second message with this id within five minutes is not delivered. */
  readonly deduplicationId?: string | undefined;
}

/** SNS has taken the message. */
export interface PublishReceipt {
  readonly messageId: string;
  /** On a FIFO topic. */
  readonly sequenceNumber?: string | undefined;
}

/** One event of a batch, with options of its own. */
export interface BatchEvent<Schema extends EventSchema> extends Omit<PublishOptions, "signal" | "timeoutMs"> {
  readonly event: Published<Schema>;
}

/** What `publish` was called with, and can be called with again. */
export interface PublishCall<Schema extends EventSchema = EventSchema> {
  readonly target: PublishTarget<Schema>;
  readonly event: Published<Schema>;
  readonly options: PublishOptions;
}
