import { ValidationError } from "@wirekit/core";

/** The parts of a URL that are signed. */
export interface RequestTarget {
  /** As the `Host` header carries it: lower case, no default port. `undefined` when the URL is only a target. */
  readonly host: string | undefined;
  /** As it is written, `/` when there is none. */
  readonly path: string;
  /** As it is written, without the `?`. */
  readonly query: string;
}

const absoluteUrl = /^(https?:\/\/[^/?#]*)([^?#]*)(?:\?([^#]*))?/i;
const bareTarget = /^(\/[^?#]*)(?:\?([^#]*))?/;

/**
 * Takes a URL apart without changing it: a URL parser would remove dot segments, encode characters and, on some, turn
 * backslashes, and the signature would not be that of the request that is sent.
 *
 * @param url absolute, or only the target (`/path?query`) of a request that has a `Host` header.
 */
export function splitUrl(url: string): RequestTarget {
  const absolute = absoluteUrl.exec(url);
  if (absolute !== null) {
    const [, origin = "", path = "", query = ""] = absolute;
    if (URL.canParse(origin)) return { host: new URL(origin).host, path: path === "" ? "/" : path, query };
  }
  const target = bareTarget.exec(url);
  if (target !== null) return { host: undefined, path: target[1] ?? "/", query: target[2] ?? "" };
  throw new ValidationError([{ path: "url", message: "must be an absolute http(s) URL" }], {
    prefix: "Invalid request",
  });
}
