import type { EventType, InstructionType, MessageKind } from "./kinds.ts";
import type { EventPayloads, InstructionPayloads } from "./payloads.ts";

interface CommonMetaData {
  /** The system that sends it: `BANKING_SERVICE`. */
  readonly source: string;
  /** When it was created. Written as UTC to the second; read as any text that is not blank. */
  readonly createdAt: string;
  /** The sender's service token. */
  readonly token: string;
  /** The same for every copy of one message. */
  readonly idempotencyKey: string;
  readonly ipAddress?: string | undefined;
}

/** The metadata of a message that tells a service to do something. */
export interface InstructionMetaData<Type extends string = InstructionType> extends CommonMetaData {
  readonly instructionType: Type;
  /** Only where a message was received that has both; the instruction type says its kind. */
  readonly event?: string | undefined;
}

/** The metadata of a message that tells what has happened. */
export interface EventMetaData<Event extends string = EventType> extends CommonMetaData {
  readonly event: Event;
  readonly instructionType?: undefined;
}

/** `meta_data` on the wire. */
export type MetaData = InstructionMetaData | EventMetaData;

/** A message that tells a service to do something. */
export interface InstructionMessage<Type extends InstructionType> {
  /** The instruction type, where a `switch` can narrow the payload by it. Not on the wire. */
  readonly kind: Type;
  readonly metaData: InstructionMetaData<Type>;
  readonly payload: InstructionPayloads[Type];
}

/** A message that tells what has happened. */
export interface EventMessage<Event extends EventType> {
  /** The event, where a `switch` can narrow the payload by it. Not on the wire. */
  readonly kind: Event;
  readonly metaData: EventMetaData<Event>;
  readonly payload: EventPayloads[Event];
}

/**
 * A message of one kind, or the union of all: `message.kind` says which, and with it the type of the payload.
 */
export type MessageBusMessage<Kind extends MessageKind = MessageKind> = Kind extends InstructionType
  ? InstructionMessage<Kind>
  : Kind extends EventType
    ? EventMessage<Kind>
    : never;

/**
 * A message whose kind this version does not know, from a sender that is newer. Its metadata has been
 * checked. Its payload has not, and is as JavaScript reads it. `encodeMessage` writes the text as it came,
 * unless the message was changed; of a copy it writes what JavaScript has read.
 */
export interface UnknownKindMessage {
  readonly kind: "unknown";
  readonly metaData: InstructionMetaData<string> | EventMetaData<string>;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A dictionary in the spelling of the wire. It is sent as it is, and not validated. */
export interface PlainDictionary {
  readonly [name: string]: unknown;
  /**
   * Never: what has `metaData` is a message in its form here, and is validated. On the wire it is
   * `meta_data`.
   */
  readonly metaData?: undefined;
}

/** Whatever can be sent. */
export type SendableMessage = MessageBusMessage | UnknownKindMessage | PlainDictionary;

/** What to do with a message whose kind this version does not know. */
export type UnknownKinds = "refuse" | "pass";

/** What reading a message gives. */
export type DecodedMessage<Unknown extends UnknownKinds = "refuse"> = Unknown extends "pass"
  ? MessageBusMessage | UnknownKindMessage
  : MessageBusMessage;
