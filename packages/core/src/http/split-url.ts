import { invalidRequest } from "./invalid-request.ts";

/** A URL, cut in two where its path or query begins. */
export interface SplitUrl {
  /** Scheme, host and port, as written. */
  readonly origin: string;
  /** What stands in the request line: path and query, as written. */
  readonly target: string;
}

/**
 * Cuts a URL by hand. A URL parser would rewrite the path (`/a/../b`, `/%7e`, a blank), and a signature over
 * the text as given would no longer fit.
 *
 * A target may hold what a request line can carry: visible ASCII. An empty path becomes `/`, as HTTP
 * prescribes; nothing else is changed.
 *
 * @throws ValidationError when the URL cannot be sent as it stands; it never shows any part of it.
 */
export function splitUrl(url: string): SplitUrl {
  const [, origin, target = ""] = sendable.exec(url) ?? [];
  if (origin === undefined) throw invalidRequest("url", whatIsWrong(url));
  return { origin, target: target.startsWith("/") ? target : `/${target}` };
}

/**
 * Visible ASCII without `#`, which begins what is never sent; before it an authority without user and
 * password.
 */
const sendable = /^(https?:\/\/[^/?#@\\\s]+)([/?][!-"$-~]*)?$/i;

/**
 * The origin that a spelling of it means: host in lower case, without the usual port.
 *
 * @throws ValidationError when it means none.
 */
export function originOf(spelling: string): string {
  if (!URL.canParse(spelling))
    throw invalidRequest("url", "must name a host, and a port below 65,536 if any");
  return new URL(spelling).origin;
}

function whatIsWrong(url: string): string {
  const [beforeTarget = "", authority] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? [];
  if (authority === undefined) return "must be an absolute http or https URL";
  if (authority.includes("@")) return "must not carry a user name or password";
  if (url.includes("#")) return "must not have a fragment; a # in the path or query is written %23";
  const offset = url.slice(beforeTarget.length).search(/[^!-~]/);
  if (offset === -1) return "must name a host, and a port below 65,536 if any";
  return `has a character at position ${beforeTarget.length + offset} that HTTP cannot carry; percent-encode it`;
}
