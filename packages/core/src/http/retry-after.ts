import { parseHttpDate } from "./http-date.ts";

/**
 * How long a `Retry-After` header asks to wait, in milliseconds: it is a number of seconds or an HTTP date.
 * `undefined` when it is missing or neither; 0 when it lies in the past.
 *
 * @param now the present in milliseconds since 1970. The response's own `Date` is best: it leaves our clock
 * out.
 */
export function parseRetryAfter(value: string | null | undefined, now: number): number | undefined {
  const text = value?.trim() ?? "";
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    return Math.min(Math.max(Math.ceil(Number(text) * 1000), 0), Number.MAX_SAFE_INTEGER);
  }
  const at = parseHttpDate(text, now);
  return at === undefined ? undefined : Math.max(at - now, 0);
}
