import { encodePythonJson, type Issue, ValidationError } from "@wirekit/core";
import { InvalidMessageError } from "../errors.ts";
import { checkMessage, metaDataFields } from "./check-message.ts";
import { wireNameOf } from "./field-names.ts";
import type { MessageBusMessage, SendableMessage, UnknownKindMessage } from "./message.ts";
import { payloadDefinitions } from "./payloads.ts";
import { isObject } from "./text.ts";

/**
 * The text of `message` as every client of the bus writes it: the fields in the original's order, Python's separators,
 * everything outside ASCII escaped.
 *
 * What has `metaData` is a message and is validated, also where it was created by {@link createMessage}: it may have been
 * copied and changed. Any other object is a plain dictionary in wire spelling, and is written as it is.
 *
 * @throws InvalidMessageError naming every fault by its wire path.
 */
export function encodeMessage(message: SendableMessage): string {
  if (!isObject(message)) throw new InvalidMessageError([{ path: "", message: "must be an object" }]);
  return writeJson(isMessage(message) ? toWire(validated(message)) : message);
}

type Message = MessageBusMessage | UnknownKindMessage;

function isMessage(message: SendableMessage): message is Message {
  return "metaData" in message && message.metaData !== undefined;
}

function validated(message: Message): Message {
  const unknownKinds = message.kind === "unknown" ? "pass" : "refuse";
  const result = checkMessage({ metaData: message.metaData, payload: () => message.payload }, unknownKinds);
  if (result.issues !== undefined) throw new InvalidMessageError(result.issues);
  if (message.kind !== undefined && message.kind !== result.message.kind) throw contradiction(result.message);
  return result.message;
}

/** Someone changed one of the two places where the kind stands; to guess which of them is meant could cost money. */
function contradiction({ kind, metaData }: Message): InvalidMessageError {
  const field = metaData.instructionType === undefined ? "event" : "instructionType";
  const issue: Issue = {
    path: `${wireNameOf("metaData")}.${wireNameOf(field)}`,
    message: `says ${kind}, which the message's own kind contradicts`,
  };
  return new InvalidMessageError([issue]);
}

function toWire({ kind, metaData, payload }: Message): object {
  const fields = kind === "unknown" ? undefined : payloadDefinitions[kind].fields;
  return {
    [wireNameOf("metaData")]: renamed(metaData, metaDataFields),
    [wireNameOf("payload")]: fields === undefined ? payload : renamed(payload, fields),
  };
}

function renamed(members: object, fields: readonly string[]): object {
  const source = members as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    fields.filter((field) => source[field] !== undefined).map((field) => [wireNameOf(field), source[field]]),
  );
}

function writeJson(message: object): string {
  try {
    return encodePythonJson(message);
  } catch (thrown) {
    if (!ValidationError.isInstance(thrown)) throw thrown;
    throw new InvalidMessageError(thrown.issues, { cause: thrown });
  }
}
