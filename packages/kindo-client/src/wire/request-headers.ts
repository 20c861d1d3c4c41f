import { ValidationError } from "@wirekit/core";

/** Header fields: a record, or a list of pairs where a name may stand more than once. */
export type RequestHeaders =
  | Readonly<Record<string, string>>
  | readonly (readonly [name: string, value: string])[];

/** One header field, with everything that its name was given. */
export interface HeaderField {
  /** As the caller spelled it, at its first place. */
  readonly name: string;
  readonly value: string;
}

/**
 * The fields by their names in lower case, in the order of their first places. The values of a repeated name
 * are joined by a comma, without a blank: so joined, the one field has the same canonical form as the
 * several. Line feeds, which once folded long values, become blanks, because nothing can send them.
 */
export function mergeHeaders(headers: RequestHeaders): Map<string, HeaderField> {
  const merged = new Map<string, HeaderField>();
  for (const [name, value] of Array.isArray(headers) ? headers : Object.entries(headers)) {
    if (typeof name !== "string" || typeof value !== "string") throw notText();
    const key = name.toLowerCase();
    const earlier = merged.get(key);
    merged.set(
      key,
      earlier === undefined
        ? { name, value: unfold(value) }
        : { name: earlier.name, value: `${earlier.value.trim()},${unfold(value).trim()}` },
    );
  }
  return merged;
}

function unfold(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/\s*[\r\n]\s*/g, " ") : value;
}

function notText(): ValidationError {
  return new ValidationError([{ path: "headers", message: "must be names with values, all of them text" }], {
    prefix: "Invalid request",
  });
}
