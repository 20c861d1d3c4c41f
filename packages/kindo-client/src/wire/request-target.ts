import { ValidationError } from "@wirekit/core";

/** The parts of a URL that are signed. */
export interface RequestTarget {
  /**
   * As the `Host` header carries it: lower case, no default port. `undefined` when the URL is only a target.
   */
  readonly host: string | undefined;
  /** As it is written, or `/` if the URL has no path. */
  readonly path: string;
  /** As it is written, without the `?`. */
  readonly query: string;
}

const absoluteUrl = /^(https?:\/\/[^/?#]*)([^?#]*)(?:\?([^#]*))?/i;
const bareTarget = /^(\/[^?#]*)(?:\?([^#]*))?/;

/**
 * Takes a URL apart without changing it: a URL parser would remove dot segments, encode characters and, on
 * some, turn backslashes, and the signature would not be that of the request that is sent.
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

/**
 * The path as it stands in a canonical request: dot segments and doubled slashes removed when `normalized`,
 * every segment percent-encoded (once more, where it already is), slashes kept.
 */
export function canonicalPath(path: string, { normalized }: { readonly normalized: boolean }): string {
  // Most requests are for the root, and this is on the way of every one.
  if (path === "/") return path;
  return (normalized ? normalizePath(path) : path).split("/").map(encodeText).join("/");
}

function normalizePath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") kept.pop();
    else if (segment !== "" && segment !== ".") kept.push(segment);
  }
  const trailing = path.endsWith("/") && kept.length > 0 ? "/" : "";
  return `/${kept.join("/")}${trailing}`;
}

/**
 * The query as it stands in a canonical request: sorted by name, then by value, a name without a value given
 * an empty one. What is there is taken as it is written, as the original does; only what cannot stand in a
 * URL is percent-encoded.
 */
export function canonicalQuery(query: string): string {
  if (query === "") return "";
  return query
    .split("&")
    .map((pair) => {
      const at = pair.indexOf("=");
      const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      return { name: encodeUnsafe(name), value: encodeUnsafe(value) };
    })
    .sort((one, other) => compare(one.name, other.name) || compare(one.value, other.value))
    .map(({ name, value }) => `${name}=${value}`)
    .join("&");
}

// Not `localeCompare`: the order is that of the bytes, and everything here is ASCII by now.
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Everything but the unreserved characters of RFC 3986. */
function encodeText(text: string): string {
  return encoded(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Characters that no URL may hold: controls, blanks, `"<>\^` and the like, and everything beyond ASCII. */
const unsafe = /[^!#-;=?-[\]_a-z~]+/g;

/** `text` with what cannot stand in a URL percent-encoded, and everything else, also `%XX`, as it is. */
export function encodeUnsafe(text: string): string {
  return text.replace(unsafe, encoded);
}

function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    throw new ValidationError([{ path: "url", message: "must not hold half of a surrogate pair" }], {
      prefix: "Invalid request",
    });
  }
}
