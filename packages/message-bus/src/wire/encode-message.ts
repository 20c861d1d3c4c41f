import { ValidationError } from "@wirekit/core";
import { encodePythonJson } from "@wirekit/core/kit";
import { InvalidMessageError } from "../errors.ts";
import { checkMessage, metaDataFields } from "./check-message.ts";
import { decodeMessage } from "./decode-message.ts";
import { wireNameOf } from "./field-names.ts";
import { isObject, isPlain, toWireNames } from "./fields.ts";
import type { MessageBusMessage, SendableMessage, UnknownKindMessage } from "./message.ts";
import { payloadDefinitions } from "./payloads.ts";
import { keptText } from "./received-text.ts";
import { wireIssue } from "./wire-issue.ts";

/**
 * The text of `message` as every client of the bus writes it: the fields in the original's order, Python's
 * separators, everything outside ASCII escaped.
 *
 * What has `metaData` is a message and is validated, also where it was created by {@link createMessage}: it
 * may have been copied and changed. One of a kind that is not known is written as it was received, if it was
 * and has not been changed. Any other object is a plain dictionary in wire spelling, and is written as it is.
 *
 * @throws InvalidMessageError naming every fault by its wire path.
 */
export function encodeMessage(message: SendableMessage): string {
  if (!isObject(message)) throw new InvalidMessageError([{ path: "", message: "must be an object" }]);
  if (isMessage(message)) return encodeChecked(message);
  if (!isPlain(message) && !isDictionary(message))
    throw new InvalidMessageError([{ path: "", message: noDictionary }]);
  return writeJson(message);
}

const noDictionary = "must be a message or a plain object, and is an instance of a class";

function encodeChecked(message: Message): string {
  const written = writeJson(toWire(validated(message)));
  const received = message.kind === "unknown" ? keptText(message) : undefined;
  if (received === undefined) return written;
  const before = decodeMessage(received, { unknownKinds: "pass" });
  return writeJson(toWire(before)) === written ? received : written;
}

function isDictionary(message: object): boolean {
  return wireNameOf("metaData") in message;
}

type Message = MessageBusMessage | UnknownKindMessage;

/** Also where its metadata is missing: then it is refused as a message, and not sent without them. */
function isMessage(message: SendableMessage): message is Message {
  return message.metaData !== undefined || ("metaData" in message && !isDictionary(message));
}

function validated(message: Message): Message {
  const { metaData, payload } = message;
  const unknownKinds = message.kind === "unknown" ? "pass" : "refuse";
  const result = checkMessage({ metaData, payload, spelling: "name" }, unknownKinds);
  if (result.issues !== undefined) throw new InvalidMessageError(result.issues);
  if (message.kind !== undefined && message.kind !== result.message.kind) throw contradiction(result.message);
  return result.message;
}

/**
 * Someone changed one of the two places where the kind stands; to guess which of them is meant could cost
 * money.
 */
function contradiction({ kind, metaData }: Message): InvalidMessageError {
  const field = metaData.instructionType === undefined ? "event" : "instructionType";
  const issue = wireIssue(["metaData", field], `says ${kind}, which the message's own kind contradicts`);
  return new InvalidMessageError([issue]);
}

function toWire({ kind, metaData, payload }: Message): object {
  const fields = kind === "unknown" ? undefined : payloadDefinitions[kind].fields;
  return {
    [wireNameOf("metaData")]: toWireNames(metaData, metaDataFields),
    [wireNameOf("payload")]: fields === undefined ? payload : toWireNames(payload, fields),
  };
}

function writeJson(message: object): string {
  try {
    return encodePythonJson(message);
  } catch (thrown) {
    if (!(thrown instanceof ValidationError)) throw thrown;
    throw new InvalidMessageError(thrown.issues, { cause: thrown });
  }
}
