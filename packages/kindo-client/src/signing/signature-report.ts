import { redactText } from "@wirekit/core";
import type { Credentials } from "./credentials.ts";

/** What is most probably wrong when a signature is refused. */
export type RefusalCause =
  /** This machine's clock and the service's are more than five minutes apart. */
  | "clock"
  | "region"
  /** The service name in the signature: `"lambda"` for a Function URL. */
  | "service"
  /** Temporary credentials without their session token, or with one that has expired or is another's. */
  | "session-token"
  /** The secret does not belong to the access key id, or the key is not known. */
  | "key"
  /** The signature is right, but these credentials may not call the function. */
  | "permission"
  | "unknown";

/** What was signed, and what is probably wrong with it. No credential is in it. */
export interface SignatureReport {
  readonly likelyCause: RefusalCause;
  /** The cause in a sentence, with what to look at. */
  readonly explanation: string;
  /** How far this machine's clock is ahead of the service's, in milliseconds; negative when it is behind. */
  readonly clockSkewMs: number | undefined;
  /**
   * Of the body it has only the hash. The session token in it is replaced. This text and the next are
   * `undefined` when the AWS SDK made the signature.
   */
  readonly canonicalRequest: string | undefined;
  readonly stringToSign: string | undefined;
}

/** A signed request that was refused with 403. */
export interface RefusedSignature {
  readonly host: string;
  readonly region: string;
  readonly service: string;
  readonly credentials: Credentials;
  /** When it was signed, in milliseconds since 1970. */
  readonly signedAt: number;
  readonly canonicalRequest?: string | undefined;
  readonly stringToSign?: string | undefined;
  /** Of the answer: its `Date` in milliseconds since 1970, if it has one, and its body. */
  readonly answeredAt: number | undefined;
  readonly body: string;
}

/** AWS refuses what is further from its own time. */
const clockToleranceMs = 5 * 60 * 1000;

/**
 * Whether an answer of AWS's, its error's name included, is about the signature or the credentials of a
 * request. Its status is 403 most of the time, but not always.
 */
export function isAboutSigning(body: string): boolean {
  return /signature|security token|\b(ExpiredToken|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken|RequestTimeTooSkewed|RequestExpired)/i.test(
    body,
  );
}

export function reportSignature(refused: RefusedSignature): SignatureReport {
  const { credentials, signedAt, answeredAt, canonicalRequest } = refused;
  // Neither the date in a signature nor a `Date` header knows more than whole seconds.
  const clockSkewMs = answeredAt === undefined ? undefined : Math.floor(signedAt / 1000) * 1000 - answeredAt;
  const secrets = [credentials.sessionToken, credentials.secretAccessKey];
  return {
    ...likelyCause(refused, clockSkewMs),
    clockSkewMs,
    canonicalRequest: canonicalRequest && redactText(canonicalRequest, { secrets }),
    stringToSign: refused.stringToSign,
  };
}

type Finding = Pick<SignatureReport, "likelyCause" | "explanation">;

function likelyCause(refused: RefusedSignature, clockSkewMs: number | undefined): Finding {
  const { body, region, service, credentials } = refused;
  if (
    /signature (expired|not yet current)|RequestTimeTooSkewed/i.test(body) ||
    isBeyondTolerance(clockSkewMs)
  ) {
    return { likelyCause: "clock", explanation: clockExplanation(clockSkewMs) };
  }
  const expected = scopeOfHost(refused.host);
  if (/scoped to a valid region/i.test(body) || differs(expected?.region, region)) {
    const hint = expected?.region === undefined ? "" : `; the host is in ${expected.region}`;
    return { likelyCause: "region", explanation: `it was signed for the region ${region}${hint}` };
  }
  if (/scoped to (the )?correct service/i.test(body) || differs(expected?.service, service)) {
    const hint = expected?.service === undefined ? "" : `; the host belongs to ${expected.service}`;
    return { likelyCause: "service", explanation: `it was signed for the service ${service}${hint}` };
  }
  return tokenFinding(body, credentials) ?? keyFinding(body);
}

function tokenFinding(body: string, { accessKeyId, sessionToken }: Credentials): Finding | undefined {
  const isTemporary = accessKeyId.startsWith("ASIA");
  if (sessionToken === undefined && (isTemporary || /security token is missing/i.test(body))) {
    return {
      likelyCause: "session-token",
      explanation: "there was no session token, and the access key id is one of temporary credentials",
    };
  }
  if (/token.*expired|ExpiredToken/i.test(body)) {
    return { likelyCause: "session-token", explanation: "the session token has expired" };
  }
  if (
    sessionToken !== undefined &&
    /security token .*invalid|UnrecognizedClient|InvalidClientTokenId/i.test(body)
  ) {
    return {
      likelyCause: "session-token",
      explanation: "the session token does not belong to the access key id, or the key is not known",
    };
  }
  return undefined;
}

function keyFinding(body: string): Finding {
  if (/signature.*does not match|SignatureDoesNotMatch|InvalidSignature/i.test(body)) {
    return { likelyCause: "key", explanation: "the secret access key does not belong to the access key id" };
  }
  if (/security token .*invalid|UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId/i.test(body)) {
    return { likelyCause: "key", explanation: "the access key id is not known to the service" };
  }
  if (/not authorized|AccessDenied/i.test(body)) {
    return {
      likelyCause: "permission",
      explanation: "the signature is right, but its owner may not call the function",
    };
  }
  return {
    likelyCause: "unknown",
    explanation:
      "region, service and clock look right; either the secret access key is wrong, or its owner may not call " +
      "the function (lambda:InvokeFunctionUrl)",
  };
}

function clockExplanation(clockSkewMs: number | undefined): string {
  if (clockSkewMs === undefined) return "this machine's clock is wrong by more than five minutes";
  const direction = clockSkewMs > 0 ? "ahead of" : "behind";
  return `this machine's clock is ${Math.round(Math.abs(clockSkewMs) / 1000)} seconds ${direction} the service's`;
}

function isBeyondTolerance(clockSkewMs: number | undefined): boolean {
  return clockSkewMs !== undefined && Math.abs(clockSkewMs) > clockToleranceMs;
}

/** What the names of AWS's own hosts say. */
function scopeOfHost(host: string): { readonly region?: string; readonly service?: string } | undefined {
  const [, kind, region] =
    /\.(lambda-url|execute-api)\.([a-z0-9-]+)\.(?:on\.aws|amazonaws\.com)/.exec(host) ?? [];
  if (kind === undefined || region === undefined) return undefined;
  return { region, service: kind === "lambda-url" ? "lambda" : kind };
}

function differs(expected: string | undefined, actual: string): boolean {
  return expected !== undefined && expected !== actual;
}
