import type { SqsDelivery } from "@wirekit/core/sqs";
import type { Discriminator } from "./define-event.ts";
import type { MessageCipher } from "./encryption/message-cipher.ts";
import { InvalidMessageError } from "./errors.ts";
import type { EventHandler, MessageMetadata } from "./event-handler.ts";
import { decodeEvent, type EventSchema } from "./schema.ts";
import { type Attributes, decodeAttributes, decodeEnvelopeAttributes } from "./wire/attributes.ts";
import { unwrapBody } from "./wire/unwrap-body.ts";

/** A message that is ready for its handler. */
export interface ReadMessage {
  readonly event: unknown;
  readonly metadata: MessageMetadata;
  readonly handler: EventHandler<never>;
}

/** What a message is read with. */
export interface ReadContext {
  readonly queue: string;
  readonly cipher: MessageCipher | undefined;
  /** Who handles it. Throws where nobody does. */
  readonly find: (message: { readonly json: unknown; readonly attributes: Attributes }) => {
    readonly schema: EventSchema;
    readonly handler: EventHandler<never>;
    readonly discriminator?: Discriminator | undefined;
  };
}

/**
 * Takes a delivery out of its envelope, decrypts and parses it, finds who handles it, and validates it for them.
 *
 * @throws InvalidMessageError, ValidationFailedError, SubscriptionNotFoundError; the error of a key provider that could not be asked.
 */
export async function readDelivery(delivery: SqsDelivery, context: ReadContext): Promise<ReadMessage> {
  const unwrapped = unwrapBody(delivery.body);
  const sealed = { body: unwrapped.message, attributes: carriedAttributes(delivery, unwrapped) };
  const { body, attributes } = context.cipher === undefined ? sealed : await context.cipher.decrypt(sealed);
  const json = parseJson(body, delivery.id);
  const { schema, handler } = context.find({ json, attributes });
  const { Attributes = {} } = delivery.message;
  const sentAt = Number(Attributes.SentTimestamp);
  return {
    event: await decodeEvent(schema, json),
    handler,
    metadata: {
      messageId: unwrapped.kind === "sns" ? unwrapped.messageId : delivery.id,
      queue: context.queue,
      attributes,
      receiveCount: delivery.attempt,
      topicArn: unwrapped.kind === "sns" ? unwrapped.topicArn : undefined,
      subject: unwrapped.kind === "sns" ? unwrapped.subject : undefined,
      sentAt: sentAt > 0 ? new Date(sentAt) : undefined,
      groupId: delivery.key,
      deduplicationId: Attributes.MessageDeduplicationId,
    },
  };
}

/** The attributes that a message came with, in its envelope or beside its body. */
export function carriedAttributes(
  { body, message }: Pick<SqsDelivery, "body" | "message">,
  unwrapped = unwrapBody(body),
): Attributes {
  return unwrapped.kind === "sns"
    ? decodeEnvelopeAttributes(unwrapped.attributes)
    : decodeAttributes(message.MessageAttributes);
}

function parseJson(text: string, id: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new InvalidMessageError("The message is not JSON", { details: { id } });
  }
}
