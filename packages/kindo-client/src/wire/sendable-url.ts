import { encodeUnsafe } from "./canonical-target.ts";

/**
 * `url` in a form that can be sent, and whose signature everyone computes alike: what cannot stand in a URL is percent-encoded,
 * once, and the names and values of the query are encoded as AWS encodes them when it checks a signature, blanks as `%20`.
 * The path is otherwise left as it is written.
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

function encodeStrictly(text: string): string {
  return encodeURIComponent(decoded(text.replaceAll("+", " "))).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A `%` that begins no escape is meant as itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return text;
  }
}
