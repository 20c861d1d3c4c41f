import type { UnknownKindMessage } from "./message.ts";

/** Where a message keeps the text that it was read from: no copy, no JSON and no comparison sees it. */
const receivedText: unique symbol = Symbol.for("@wirekit/message-bus/receivedText") as never;

interface Read {
  readonly [receivedText]?: string;
}

/**
 * Keeps the text of a message whose kind is not known. JavaScript cannot write it again as it was: it rounds
 * large numbers, makes `1` of `1.0`, and has members whose names are numbers first.
 */
export function keepText(message: UnknownKindMessage, text: string): void {
  Object.defineProperty(message, receivedText, { value: text });
}

/** The text that this very object was read from, if it was. */
export function keptText(message: object): string | undefined {
  return (message as Read)[receivedText];
}
