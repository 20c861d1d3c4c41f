import { createHash } from "node:crypto";
import type { ReceivedRequest } from "../../http/received-request.ts";

/**
 * The canonical request of Signature Version 4, from what stood on the wire. Strings hold one byte per
 * character throughout, so that no decoding can make two different requests look the same.
 */
export function canonicalRequest(
  request: ReceivedRequest,
  signedHeaders: readonly string[],
  reading: QueryReading = "normalised",
): string {
  const [path = "", ...query] = request.target.split("?");
  const headerLines = signedHeaders.map((name) => `${name}:${canonicalHeaderValue(request, name)}\n`);
  return [
    request.method,
    canonicalPath(path),
    canonicalQuery(query.join("?"), reading),
    headerLines.join(""),
    signedHeaders.join(";"),
    sha256Hex(request.body),
  ].join("\n");
}

/** Repeated fields joined in their order, every run of blanks made one. */
function canonicalHeaderValue({ rawHeaders }: ReceivedRequest, name: string): string {
  return rawHeaders
    .filter(([candidate]) => candidate.toLowerCase() === name)
    .map(([, value]) => value.trim().replace(/[ \t]+/g, " "))
    .join(",");
}

/**
 * Empty and dot segments resolved, then every byte that is not unreserved encoded, the percent sign of what
 * was encoded before included: Lambda, unlike S3, signs the path encoded twice.
 */
export function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encode(segment));
  }
  if (segments.length === 0) return "/";
  return `/${segments.join("/")}${path.endsWith("/") ? "/" : ""}`;
}

/**
 * How a query is read that is not encoded in the one way that counts, such as `a=b,c`. AWS documents that
 * names and values are encoded anew; botocore, which the original signs with, takes them as they are written.
 * Where the query is well encoded the two are the same.
 */
export type QueryReading = "normalised" | "as-written";

/** Every name with its value, sorted by name, then by value. */
export function canonicalQuery(query: string, reading: QueryReading): string {
  if (query === "") return "";
  const recode = reading === "normalised" ? (text: string) => encode(decode(text)) : (text: string) => text;
  return query
    .split("&")
    .filter((pair) => pair !== "" || reading === "as-written")
    .map((pair) => {
      const [name = "", ...value] = pair.split("=");
      return [recode(name), recode(value.join("="))] as const;
    })
    .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map((pair) => pair.join("="))
    .join("&");
}

/** By code unit: what is compared is ASCII. */
function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function decode(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function encode(text: string): string {
  return text.replace(
    /[^A-Za-z0-9\-._~]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** SHA-256 in lower-case hex. Text is hashed as the bytes it stands for. */
export function sha256Hex(content: Buffer | string): string {
  const hash = createHash("sha256");
  return (typeof content === "string" ? hash.update(content, "latin1") : hash.update(content)).digest("hex");
}
