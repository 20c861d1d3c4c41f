/** A complete answer to a request. `Date`, and the length of the body, are added when it is sent. */
export interface Answer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a body can be given as: bytes, text, or a value that goes out as JSON. */
export type AnswerBody =
  | Uint8Array
  | string
  | { readonly [key: string]: unknown }
  | readonly unknown[]
  | null;

/** An answer whose body is JSON. */
export function jsonAnswer(
  status: number,
  body: Exclude<AnswerBody, Uint8Array | string>,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { "content-type": "application/json", ...headers }, body: bodyBytes(body) };
}

/** The bytes that `body` goes out as. */
export function bodyBytes(body: AnswerBody): Buffer {
  if (typeof body === "string") return Buffer.from(body, "utf8");
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(JSON.stringify(body), "utf8");
}
