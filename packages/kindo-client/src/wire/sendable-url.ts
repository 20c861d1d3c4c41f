import { encodeUnsafe } from "./request-target.ts";

/**
 * Puts `url` in a form that can be sent, and for which AWS computes the same signature: percent-encodes,
 * once, what cannot stand in a URL, and encodes the names and values of the query as AWS does when it checks
 * a signature, blanks as `%20`. It leaves the path otherwise as it is written.
 */
export function sendableUrl(url: string): string {
  const [, origin = "", path = "", query = ""] = /^([^/?]*\/\/[^/?]*)([^?]*)(\?.*)?$/s.exec(url) ?? [];
  return `${origin}${path === "" ? "/" : encodeUnsafe(path)}${sendableQuery(query.slice(1))}`;
}

function sendableQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return pairs.length === 0 ? "" : `?${pairs.map(sendablePair).join("&")}`;
}

function sendablePair(pair: string): string {
  const at = pair.indexOf("=");
  if (at < 0) return encodeStrictly(pair);
  return `${encodeStrictly(pair.slice(0, at))}=${encodeStrictly(pair.slice(at + 1))}`;
}

/**
 * Every byte but the unreserved ones as `%XX`, whether it was written so or not. A `%` that begins no escape
 * is meant as itself.
 */
function encodeStrictly(text: string): string {
  return encodeUnsafe(text.replaceAll("+", "%20"))
    .replace(/%(?![0-9a-f]{2})/gi, "%25")
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => strictByte(Number.parseInt(hex, 16)))
    .replace(/[^\w.~%-]/g, (char) => strictByte(char.charCodeAt(0)));
}

function strictByte(byte: number): string {
  const char = String.fromCharCode(byte);
  return /[A-Za-z0-9_.~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}
