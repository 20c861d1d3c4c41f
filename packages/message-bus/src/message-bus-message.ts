import { createMessage } from "./create-message.ts";
import type { MessageKind } from "./wire/kinds.ts";
import type * as message from "./wire/message.ts";

/**
 * A message of one kind, or the union of all: `message.kind` says which, and with it the type of the payload.
 */
export type MessageBusMessage<Kind extends MessageKind = MessageKind> = message.MessageBusMessage<Kind>;

/** The original's way to create a message. */
export const MessageBusMessage = { create: createMessage } as const;
