import { encodePythonJson } from "@wirekit/core";

/** A message as it travels. */
export interface EncodedMessage {
  /** The body, to the byte: Python's JSON text, with `security_level` at its end where the caller gave none. */
  readonly body: string;
  /** What the body says, which is what has to be valid. */
  readonly content: unknown;
}

/**
 * Writes `message` as it is sent. The message itself is not touched; what is checked afterwards is what the text says, so that
 * nothing (a `toJSON`, a getter) can make the two differ.
 *
 * @throws ValidationError where JSON cannot carry what is in it.
 */
export function encodeMessage(message: unknown): EncodedMessage {
  const text = encodePythonJson(message);
  const content: unknown = JSON.parse(text);
  if (!isJsonObject(content) || Object.hasOwn(content, "security_level")) return { body: text, content };
  const separator = text === "{}" ? "" : ", ";
  return {
    body: `${text.slice(0, -1)}${separator}"security_level": "normal"}`,
    content: { ...content, security_level: "normal" },
  };
}

function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
