import { encodePythonJson } from "@wirekit/core/kit";

/** A message as it travels. */
export interface EncodedMessage {
  /**
   * The body, to the byte: Python's JSON text, with `security_level` at its end where the caller gave none.
   */
  readonly body: string;
  /**
   * What the body says, field by field; it is this that has to be valid. What is inside a field may be the
   * caller's own object: {@link readBody} is what reads it.
   */
  readonly fields: unknown;
}

/**
 * Writes `message` as it is sent. The message itself is not touched, and every field is read once, so that
 * what is checked and what is sent cannot differ.
 *
 * @throws ValidationError where JSON cannot carry what is in it.
 */
export function encodeMessage(message: unknown): EncodedMessage {
  const copy = plainCopy(message);
  if (copy !== undefined) return { body: encodePythonJson(copy), fields: copy };
  const body = encodePythonJson(message);
  const content = readBody({ body });
  if (!isObject(content) || Object.hasOwn(content, "security_level")) return { body, fields: content };
  const fields = { ...content, security_level: "normal" };
  const separator = body === "{}" ? "" : ", ";
  return { body: `${body.slice(0, -1)}${separator}"security_level": "normal"}`, fields };
}

/** What a body says, all of it. */
export function readBody({ body }: Pick<EncodedMessage, "body">): unknown {
  return JSON.parse(body);
}

/**
 * The message with its security level, where its fields are known to be written as what they are: texts, and
 * objects that do not write themselves otherwise (`toJSON`). That is nearly always so, and it saves reading
 * the body again.
 */
function plainCopy(message: unknown): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(message) || !isPlain(message)) return undefined;
  const copy = copyOf(message);
  if (copy === undefined) return undefined;
  for (const name of Object.keys(copy)) {
    const value = copy[name];
    if (typeof value !== "string" && !(isObject(value) && isPlain(value))) return undefined;
  }
  if (!Object.hasOwn(copy, "security_level")) copy.security_level = "normal";
  return copy;
}

function copyOf(message: object): Record<string, unknown> | undefined {
  try {
    return { ...message };
  } catch {
    // A getter that throws: the writer finds it, and says where.
    return undefined;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !("toJSON" in value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
