import { invalidRequest } from "./invalid-request.ts";
import { splitUrl } from "./split-url.ts";
import type { HttpHeaders, HttpRequest } from "./types.ts";

/** A request that was found fit to be sent. */
export interface PreparedRequest {
  /** As the caller gave it. */
  readonly given: HttpRequest;
  readonly method: string;
  readonly url: string;
  /** Scheme, host and port, as written in the URL. */
  readonly origin: string;
  /** Path and query, as written in the URL. */
  readonly target: string;
  /** Name, value, name, value ... as given, without `Content-Length`, which the body says. */
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | undefined;
}

/**
 * Checks what would otherwise fail in the library beneath, in its own words, which may quote a header's
 * value.
 *
 * @throws ValidationError naming the part that cannot be sent.
 */
export function prepareRequest(request: HttpRequest): PreparedRequest {
  const { method, url } = request;
  if (!/^[A-Z][A-Z-]*$/.test(method) || method === "CONNECT" || method === "TRACE" || method === "TRACK") {
    throw invalidRequest("method", "must be a method in upper case, and not CONNECT, TRACE or TRACK");
  }
  const { origin, target } = splitUrl(url);
  const body = request.body === undefined || request.body.length === 0 ? undefined : request.body;
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw invalidRequest("body", `must be left out: a ${method} request carries none`);
  }
  return { given: request, method, url, origin, target, headers: flatHeaders(request.headers, body), body };
}

function flatHeaders(headers: HttpHeaders, body: string | Uint8Array | undefined): string[] {
  const pairs: readonly (readonly [string, string])[] = Array.isArray(headers)
    ? headers
    : Object.entries(headers);
  const flat: string[] = [];
  for (const [name, value] of pairs) {
    checkHeader(name, value);
    const plainName = name.toLowerCase();
    if (setByTransport.has(plainName)) {
      throw invalidRequest(`headers.${plainName}`, "must be left out: the transport says it");
    }
    if (plainName === "content-length") checkLength(value, body);
    else flat.push(name, value);
  }
  return flat;
}

/** They speak of the connection, not of the message; `fetch` refuses them as well. */
const setByTransport = new Set(["connection", "expect", "keep-alive", "te", "transfer-encoding", "upgrade"]);

function checkHeader(name: string, value: string): void {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) {
    throw invalidRequest("headers", "must have names made of letters, digits and !#$%&'*+-.^_`|~");
  }
  if (typeof value !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
    throw invalidRequest(`headers.${name}`, "must be a text without line breaks, of Latin-1 characters");
  }
}

function checkLength(value: string, body: string | Uint8Array | undefined): void {
  if (value === String(byteLength(body ?? ""))) return;
  throw invalidRequest("headers.content-length", "must be the length of the body in bytes, or be left out");
}

function byteLength(body: string | Uint8Array): number {
  return typeof body === "string" ? new TextEncoder().encode(body).length : body.byteLength;
}
