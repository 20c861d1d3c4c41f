import { timingSafeEqual } from "node:crypto";
import type { ReceivedRequest } from "../../http/received-request.ts";
import { type Authorization, parseAuthorization } from "./authorization-header.ts";
import { canonicalRequest, sha256Hex } from "./canonical-request.ts";
import type { Credentials } from "./credentials.ts";
import { type Refusal, refuse, type SignatureVerdict } from "./refusal.ts";
import { hmac, type SigningKeys } from "./signing-key.ts";

export interface SignatureRules {
  /** Whose signatures count, by access key id. */
  readonly credentials: ReadonlyMap<string, Credentials>;
  readonly keys: SigningKeys;
  readonly region: string;
  readonly service: string;
}

/** How far the date of a signature may be from the server's, either way. */
const dateWindowMs = 5 * 60 * 1000;

/**
 * Checks the Signature Version 4 of a request as AWS does: what was signed, by whom, when, for where, and
 * that nothing of it has changed since. Written for this server, from the description of the scheme, so that
 * a signer and its check have no mistake in common.
 */
export function verifySignature(
  request: ReceivedRequest,
  { credentials, keys, region, service }: SignatureRules,
  now: number,
): SignatureVerdict {
  const repeated = [
    "authorization",
    "host",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-content-sha256",
  ].find((name) => request.rawHeaders.filter(([candidate]) => candidate.toLowerCase() === name).length > 1);
  if (repeated) return refuse("header-repeated", `The header '${repeated}' must not be repeated.`);

  const header = request.headers.authorization;
  if (header === undefined) return refuse("authorization-missing", "Missing Authentication Token");
  const authorization = parseAuthorization(header);
  if ("problem" in authorization) return refuse("authorization-malformed", authorization.problem);

  const signer = credentials.get(authorization.accessKeyId);
  if (signer === undefined) {
    return refuse("key-unknown", "The security token included in the request is invalid.");
  }
  return (
    tokenRefusal(request, signer) ??
    signedHeadersRefusal(request, authorization.signedHeaders) ??
    dateRefusal(request, authorization, now) ??
    scopeRefusal(authorization, { region, service }) ??
    bodyHashRefusal(request) ??
    signatureRefusal(request, authorization, keys(signer, authorization.scope)) ?? {
      kind: "accepted",
      accessKeyId: signer.accessKeyId,
      signedHeaders: authorization.signedHeaders,
    }
  );
}

/**
 * Who may change a header on the way without being noticed: nobody, where it says how the request is
 * understood.
 */
function signedHeadersRefusal(
  { headers }: ReceivedRequest,
  signedHeaders: readonly string[],
): Refusal | undefined {
  const ordered = [...new Set(signedHeaders.map((name) => name.toLowerCase()))].sort();
  if (ordered.join(";") !== signedHeaders.join(";")) {
    return refuse("authorization-malformed", "'SignedHeaders' must be sorted, in lower case, each once.");
  }
  const due = Object.keys(headers).filter((name) => name === "content-type" || name.startsWith("x-amz-"));
  for (const name of ["host", ...due]) {
    if (!signedHeaders.includes(name)) {
      return refuse("header-not-signed", `'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
  const absent = signedHeaders.find((name) => !(name in headers));
  if (absent !== undefined) {
    return refuse("header-missing", `The signed header '${absent}' is not in the request.`);
  }
  return undefined;
}

function tokenRefusal({ headers }: ReceivedRequest, { sessionToken }: Credentials): Refusal | undefined {
  const token = headers["x-amz-security-token"];
  if (token === undefined && sessionToken === undefined) return undefined;
  if (token === undefined) {
    return refuse("token-missing", "The security token is missing: X-Amz-Security-Token is required.");
  }
  if (sessionToken !== undefined && sameSecret(token, sessionToken)) return undefined;
  return refuse("token-mismatch", "The security token included in the request is invalid.");
}

function dateRefusal(
  { headers }: ReceivedRequest,
  { scope }: Authorization,
  now: number,
): Refusal | undefined {
  const date = headers["x-amz-date"];
  if (date === undefined) {
    return refuse("date-malformed", "Authorization header requires existence of a 'X-Amz-Date' header.");
  }
  const signedAt = parseAmzDate(date);
  if (signedAt === undefined) {
    return refuse("date-malformed", "Date must be in ISO-8601 'basic format': YYYYMMDD'T'HHMMSS'Z'.");
  }
  const received = amzDate(now);
  if (signedAt < now - dateWindowMs) {
    const bound = `${amzDate(now - dateWindowMs)} (${received} - 5 min.)`;
    return refuse("expired", `Signature expired: ${date} is now earlier than ${bound}`);
  }
  if (signedAt > now + dateWindowMs) {
    const bound = `${amzDate(now + dateWindowMs)} (${received} + 5 min.)`;
    return refuse("not-yet-valid", `Signature not yet current: ${date} is still later than ${bound}`);
  }
  if (scope.date !== date.slice(0, 8)) {
    return refuse(
      "scope-date",
      `Date in Credential scope does not match the date of 'X-Amz-Date': '${scope.date}' != '${date.slice(0, 8)}'.`,
    );
  }
  return undefined;
}

function scopeRefusal(
  { scope }: Authorization,
  { region, service }: { readonly region: string; readonly service: string },
): Refusal | undefined {
  if (scope.region !== region) {
    return refuse("scope-region", `Credential should be scoped to a valid region, not '${scope.region}'.`);
  }
  if (scope.service !== service) {
    return refuse("scope-service", `Credential should be scoped to correct service: '${service}'.`);
  }
  if (scope.terminator !== "aws4_request") {
    return refuse("scope-terminator", "Credential should be scoped with a valid terminator: 'aws4_request'.");
  }
  return undefined;
}

/** The header is optional, but what it claims has to be so. */
function bodyHashRefusal({ headers, body }: ReceivedRequest): Refusal | undefined {
  const claimed = headers["x-amz-content-sha256"];
  if (claimed === undefined || claimed === sha256Hex(body)) return undefined;
  return refuse(
    "body-hash-mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

function signatureRefusal(
  request: ReceivedRequest,
  { scope, signature, signedHeaders }: Authorization,
  key: Buffer,
): Refusal | undefined {
  const isSignatureOf = (text: string) => sameHex(signature, hmac(key, text));

  const canonical = canonicalRequest(request, signedHeaders);
  const stringToSign = stringToSignOf(canonical, request, scope);
  if (isSignatureOf(stringToSign)) return undefined;

  const asWritten = canonicalRequest(request, signedHeaders, "as-written");
  if (asWritten !== canonical && isSignatureOf(stringToSignOf(asWritten, request, scope))) return undefined;

  return refuse(
    "signature-mismatch",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access " +
      "Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this " +
      `request should have been\n'${canonical}'\n\nThe String-to-Sign should have been\n'${stringToSign}'\n`,
  );
}

function stringToSignOf(
  canonical: string,
  { headers }: ReceivedRequest,
  { date, region, service, terminator }: Authorization["scope"],
): string {
  const scope = `${date}/${region}/${service}/${terminator}`;
  return `AWS4-HMAC-SHA256\n${headers["x-amz-date"]}\n${scope}\n${sha256Hex(canonical)}`;
}

/** In constant time, also for texts of different length. */
function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(given)), Buffer.from(sha256Hex(expected)));
}

/** In constant time: how much of a guess was right must not be measurable. */
function sameHex(given: string, expected: Buffer): boolean {
  if (!/^[0-9a-f]{64}$/.test(given)) return false;
  return timingSafeEqual(Buffer.from(given, "hex"), expected);
}

const amzDateForm = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

function parseAmzDate(text: string): number | undefined {
  const fields = amzDateForm.exec(text);
  if (fields === null) return undefined;
  const [year = 0, month = 0, day = 0, hour, minute, second] = fields.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // `Date.UTC` carries what is too much over into the next field; a 31st of February is no date.
  return amzDate(time) === text ? time : undefined;
}

function amzDate(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}
