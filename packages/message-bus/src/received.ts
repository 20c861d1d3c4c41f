import { InvalidBodyError } from "./errors.ts";
import { decodeMessage } from "./wire/decode-message.ts";
import type { DecodedMessage, UnknownKinds } from "./wire/message.ts";

/** What a bus says about something that it received, besides the message. */
export interface ReceivedFacts {
  /** The queue or topic that it was received from. */
  readonly target: string;
  /** The consumer group that received it; absent on a bus that has none. */
  readonly groupId?: string | undefined;
  /**
   * What it is acknowledged by. It belongs to this delivery, and is not the same when the message comes
   * again.
   */
  readonly receiptHandle: string;
  /** The body as it came, also where it could not be read. */
  readonly raw: string;
  /** What its order is kept by. */
  readonly key?: string | undefined;
  /** How often it has been delivered, 1 on the first time; absent where the bus does not count. */
  readonly attempt?: number | undefined;
  readonly sentAt?: Date | undefined;
  /** What stood beside the body: Kafka's record headers, SQS's message attributes. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A message, as it was received. */
export interface ReceivedMessage<Message = DecodedMessage> extends ReceivedFacts {
  readonly kind: "message";
  readonly message: Message;
}

/**
 * Something was received that is not JSON, or not a valid message. It comes again, like a message, until it
 * is acknowledged: the body is there to be kept, before that, where someone can look at it.
 */
export interface ReceivedInvalid extends ReceivedFacts {
  readonly kind: "invalid";
  readonly error: InvalidBodyError;
}

/** What receiving gives. */
export type Received<Message = DecodedMessage> = ReceivedMessage<Message> | ReceivedInvalid;

/** Reads the body, and says what it turned out to be. */
export function toReceived<Unknown extends UnknownKinds>(
  facts: ReceivedFacts,
  unknownKinds: Unknown | undefined,
): Received<DecodedMessage<Unknown>> {
  try {
    return receivedMessage(facts, decodeMessage(facts.raw, { unknownKinds }));
  } catch (thrown) {
    if (!(thrown instanceof InvalidBodyError)) throw thrown;
    return { kind: "invalid", ...facts, error: thrown };
  }
}

/** Name by name, which costs a tenth of what it costs to copy whatever there is. */
function receivedMessage<Message>(facts: ReceivedFacts, message: Message): ReceivedMessage<Message> {
  const { target, groupId, receiptHandle, raw, key, attempt, sentAt, headers } = facts;
  return { kind: "message", target, groupId, receiptHandle, raw, key, attempt, sentAt, headers, message };
}
