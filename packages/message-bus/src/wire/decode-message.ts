import { InvalidBodyError } from "../errors.ts";
import { checkMessage } from "./check-message.ts";
import { wireNameOf } from "./field-names.ts";
import { isObject } from "./fields.ts";
import type { DecodedMessage, UnknownKinds } from "./message.ts";
import { keepText } from "./received-text.ts";

export interface DecodeOptions<Unknown extends UnknownKinds = UnknownKinds> {
  /**
   * `"refuse"` (the default): a kind that this version does not know is a fault. `"pass"`: it gives an
   * {@link UnknownKindMessage}, for a service that is older than those who send to it.
   */
  readonly unknownKinds?: Unknown | undefined;
}

/**
 * Reads a message from its text, whoever wrote it: the order of the fields, the white space and the escapes
 * do not matter, `null` is the same as absent, and unknown fields are left out. Where both an instruction
 * type and an event are given, the instruction type says the kind, and the metadata keep both.
 *
 * @throws InvalidBodyError naming every fault by its wire path.
 */
export function decodeMessage<Unknown extends UnknownKinds = "refuse">(
  text: string,
  options: DecodeOptions<Unknown> = {},
): DecodedMessage<Unknown> {
  const body = parseJson(text);
  if (!isObject(body)) throw new InvalidBodyError([{ path: "", message: "must be a JSON object" }]);
  const { [wireNameOf("metaData")]: metaData, [wireNameOf("payload")]: payload } = body;
  const result = checkMessage<UnknownKinds>(
    { metaData, payload, spelling: "wireName" },
    options.unknownKinds ?? "refuse",
  );
  if (result.issues !== undefined) throw new InvalidBodyError(result.issues);
  if (result.message.kind === "unknown") keepText(result.message, text);
  return result.message as DecodedMessage<Unknown>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the parser's own error as the cause: its message quotes the body.
    throw new InvalidBodyError([{ path: "", message: "must be JSON" }]);
  }
}
