import type { HeaderField } from "./request-headers.ts";
import type { RequestTarget } from "./request-target.ts";
import { canonicalPath, canonicalQuery } from "./request-target.ts";

/** What a canonical request is written from. */
export interface CanonicalInput {
  readonly method: string;
  readonly target: RequestTarget;
  /** By lower-case name, `host` and `x-amz-date` among them. */
  readonly headers: ReadonlyMap<string, HeaderField>;
  /** SHA-256 of the body, in hex. */
  readonly payloadHash: string;
  readonly normalizePath: boolean;
}

/** The canonical request of Signature Version 4, and the names of the headers in it. */
export interface CanonicalRequest {
  readonly text: string;
  /** `content-type;host;x-amz-date` */
  readonly signedHeaders: string;
}

/** Headers that the connection or something on the way may change: a signature over them would not hold. */
const unsigned = new Set([
  "authorization",
  "connection",
  "expect",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "x-amzn-trace-id",
]);

export function canonicalRequest(input: CanonicalInput): CanonicalRequest {
  const { method, target, headers, payloadHash } = input;
  const names = [...headers.keys()].filter((name) => !unsigned.has(name)).sort();
  const path = canonicalPath(target.path, { normalized: input.normalizePath });
  const signedHeaders = names.join(";");
  let lines = "";
  for (const name of names) lines += `${name}:${canonicalValue(headers.get(name)?.value ?? "")}\n`;
  return {
    text: `${method}\n${path}\n${canonicalQuery(target.query)}\n${lines}\n${signedHeaders}\n${payloadHash}`,
    signedHeaders,
  };
}

function canonicalValue(value: string): string {
  // Looked for first, because hardly any value needs it.
  return /^\s|\s\s|[\t\r\n]|\s$/.test(value) ? value.trim().replace(/\s+/g, " ") : value;
}
