import { WirekitError } from "@wirekit/core";
import type { SqsDelivery } from "@wirekit/core/sqs";
import { type CipherText, deadLetterNames, type MessageCipher } from "../encryption/message-cipher.ts";
import { InvalidMessageError, MessageProcessingError } from "../errors.ts";
import type { Discriminator } from "../events/define-event.ts";
import { decodeEvent, type EventSchema } from "../events/schema.ts";
import type { BodyPointer, BodyStore } from "../large-bodies/body-store.ts";
import { type Attributes, decodeAttributes, decodeEnvelopeAttributes } from "../wire/attributes.ts";
import { decodePointer, olderPointerAttribute, pointerAttribute } from "../wire/body-pointer.ts";
import { unwrapBody } from "../wire/unwrap-body.ts";
import type { EventHandler, MessageMetadata } from "./event-handler.ts";

/** A message that is ready for its handler. */
export interface ReadMessage {
  readonly event: unknown;
  readonly metadata: MessageMetadata;
  readonly handler: EventHandler<never>;
  /** Where its body stood, if that was stored apart. */
  readonly stored?: BodyPointer | undefined;
}

/** What a message is read with. */
export interface ReadContext {
  readonly queue: string;
  readonly cipher: MessageCipher | undefined;
  readonly store?: BodyStore | undefined;
  /** The subscription that it is for. Throws if there is none. */
  readonly find: (message: { readonly json: unknown; readonly attributes: Attributes }) => {
    readonly schema: EventSchema;
    readonly handler: EventHandler<never>;
    readonly discriminator?: Discriminator | undefined;
  };
}

/**
 * Takes a delivery out of its envelope, decrypts and parses it, finds who handles it, and validates it for
 * them.
 *
 * @throws InvalidMessageError, ValidationFailedError, SubscriptionNotFoundError; the error of a key provider
 * that could not be asked.
 */
export async function readDelivery(delivery: SqsDelivery, context: ReadContext): Promise<ReadMessage> {
  const unwrapped = unwrapBody(delivery.body);
  const carried = { body: unwrapped.message, attributes: carriedAttributes(delivery, unwrapped) };
  const { stored, ...sealed } = await fetchBody(carried, context);
  const { body, attributes } =
    context.cipher === undefined ? sealed : await retriedIfRefused(context.cipher.decrypt(sealed));
  const json = parseJson(body, delivery.id);
  const { schema, handler } = context.find({ json, attributes });
  const { Attributes = {} } = delivery.message;
  const sentAt = Number(Attributes.SentTimestamp);
  return {
    event: await decodeEvent(schema, json),
    handler,
    stored,
    metadata: {
      messageId: unwrapped.kind === "sns" ? unwrapped.messageId : delivery.id,
      queue: context.queue,
      attributes,
      receiveCount: delivery.attempt,
      topicArn: unwrapped.kind === "sns" ? unwrapped.topicArn : undefined,
      subject: unwrapped.kind === "sns" ? unwrapped.subject : undefined,
      sentAt: sentAt > 0 ? new Date(sentAt) : undefined,
      groupId: Attributes.MessageGroupId,
      deduplicationId: Attributes.MessageDeduplicationId,
    },
  };
}

/** Gets the body of a message that only points to it. */
async function fetchBody(
  carried: CipherText,
  { store }: ReadContext,
): Promise<CipherText & { readonly stored?: BodyPointer }> {
  const {
    [pointerAttribute]: size,
    [olderPointerAttribute]: olderSize = size,
    ...attributes
  } = carried.attributes;
  const stored = olderSize === undefined ? undefined : decodePointer(carried.body);
  if (stored === undefined) return carried;
  if (store === undefined) {
    throw new InvalidMessageError(
      "The message's body stands in S3, and no largeBodies are configured to get it",
    );
  }
  return { body: await retriedIfRefused(store.get(stored)), attributes, stored };
}

/**
 * A key or body that may not be had for now, because a right is missing, a name is wrong, or a provider of
 * the program's own has failed in whatever way, is no fault of the message's: it comes again, and is not
 * called invalid for it.
 */
async function retriedIfRefused<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    const error = WirekitError.from(cause);
    if (error instanceof InvalidMessageError || error.retryable) throw error;
    throw new MessageProcessingError("The message's key or body cannot be had", {
      details: { fault: error.code },
      cause,
    });
  }
}

/**
 * The attributes that a message came with, in its envelope or beside its body. What says why it was given up
 * stands beside its envelope.
 */
export function carriedAttributes(
  { body, message }: Pick<SqsDelivery, "body" | "message">,
  unwrapped = unwrapBody(body),
): Attributes {
  const beside = decodeAttributes(message.MessageAttributes);
  if (unwrapped.kind === "raw") return beside;
  const reasons = Object.entries(beside).filter(([name]) => deadLetterNames.has(name));
  return { ...Object.fromEntries(reasons), ...decodeEnvelopeAttributes(unwrapped.attributes) };
}

function parseJson(text: string, id: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new InvalidMessageError("The message is not JSON", { details: { id } });
  }
}
