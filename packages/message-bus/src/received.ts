import { InvalidBodyError } from "./errors.ts";
import { type OriginalBytes, type RawHeader, rawHeadersOf } from "./original-bytes.ts";
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
  /** The body as text, also where it could not be read. Empty for a record of Kafka without a value. */
  readonly raw: string;
  /**
   * The body as it came, also where it is not UTF-8. `undefined` where there is none. Made when it is read.
   */
  readonly rawBytes: Uint8Array | undefined;
  /** What its order is kept by. */
  readonly key?: string | undefined;
  /** The key as it came; `undefined` where there is none. Made when it is read. */
  readonly rawKey: Uint8Array | undefined;
  /** How often it has been delivered, 1 on the first time; absent where the bus does not count. */
  readonly attempt?: number | undefined;
  readonly sentAt?: Date | undefined;
  /**
   * The headers as texts: Kafka's record headers, SQS's message attributes. The last of those that share a
   * name; none without a value.
   */
  readonly headers: Readonly<Record<string, string>>;
  /** All headers as they came, in their order. Made when it is read. */
  readonly rawHeaders: readonly RawHeader[];
  /** What came, byte for byte; absent where the texts say all of it. */
  readonly original?: OriginalBytes | undefined;
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

/** What {@link ReceivedRecord} is made of. */
export type ReceivedTexts = Omit<ReceivedFacts, "rawBytes" | "rawKey" | "rawHeaders">;

/** What a bus received. Its bytes are made when they are read: hardly anyone asks for them. */
export class ReceivedRecord implements ReceivedFacts {
  readonly target: string;
  readonly groupId: string | undefined;
  readonly receiptHandle: string;
  readonly raw: string;
  readonly key: string | undefined;
  readonly attempt: number | undefined;
  readonly sentAt: Date | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly original: OriginalBytes | undefined;

  constructor(texts: ReceivedTexts) {
    // Name by name, which costs a tenth of what it costs to copy whatever there is.
    this.target = texts.target;
    this.groupId = texts.groupId;
    this.receiptHandle = texts.receiptHandle;
    this.raw = texts.raw;
    this.key = texts.key;
    this.attempt = texts.attempt;
    this.sentAt = texts.sentAt;
    this.headers = texts.headers;
    this.original = texts.original;
  }

  get rawBytes(): Uint8Array | undefined {
    return this.original === undefined ? Buffer.from(this.raw) : this.original.body;
  }

  get rawKey(): Uint8Array | undefined {
    if (this.original !== undefined) return this.original.key;
    return this.key === undefined ? undefined : Buffer.from(this.key);
  }

  get rawHeaders(): readonly RawHeader[] {
    return this.original?.headers ?? rawHeadersOf(this.headers);
  }
}

/** Reads the body, and says what it turned out to be. */
export function toReceived<Unknown extends UnknownKinds>(
  facts: ReceivedFacts,
  unknownKinds: Unknown | undefined,
): Received<DecodedMessage<Unknown>> {
  try {
    if (facts.original !== undefined) throwUnlessText(facts.raw, facts.original);
    return new DecodedRecord(facts, decodeMessage(facts.raw, { unknownKinds }));
  } catch (thrown) {
    if (!(thrown instanceof InvalidBodyError)) throw thrown;
    return new InvalidRecord(facts, thrown);
  }
}

/** What was put in place of bytes that are not UTF-8 is not what the sender wrote. */
function throwUnlessText(raw: string, { body }: OriginalBytes): void {
  if (body === undefined)
    throw new InvalidBodyError([{ path: "", message: "is missing: the record has no value (a tombstone)" }]);
  if (!Buffer.from(raw).equals(body))
    throw new InvalidBodyError([{ path: "", message: "must be JSON in UTF-8" }]);
}

class DecodedRecord<Message> extends ReceivedRecord implements ReceivedMessage<Message> {
  readonly kind = "message";
  readonly message: Message;

  constructor(facts: ReceivedFacts, message: Message) {
    super(facts);
    this.message = message;
  }
}

class InvalidRecord extends ReceivedRecord implements ReceivedInvalid {
  readonly kind = "invalid";
  readonly error: InvalidBodyError;

  constructor(facts: ReceivedFacts, error: InvalidBodyError) {
    super(facts);
    this.error = error;
  }
}
