import { ConnectionError, type WirekitError } from "@wirekit/core";
import { isConnectFailure, parseHttpDate, parseRetryAfter } from "@wirekit/core/http";
import { messageOf } from "@wirekit/core/kit";
import type { Credentials } from "../signing/credentials.ts";
import { reportSignature } from "../signing/signature-report.ts";
import type { EncodedMessage } from "../wire/encode-message.ts";
import { answerError } from "./failed-request.ts";

/** What the AWS SDK puts on what it throws. */
interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined } | undefined;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> | undefined } | undefined;
}

/** What was tried. */
export interface InvokeContext {
  readonly message: EncodedMessage;
  readonly credentials: Credentials | undefined;
  readonly host: string;
  readonly region: string;
  /** In milliseconds since 1970. */
  readonly now: number;
}

/** The error for an invocation that did not take place: Lambda refused it, or could not be reached. */
export function invokeError(thrown: unknown, context: InvokeContext): WirekitError {
  const error = (typeof thrown === "object" && thrown !== null ? thrown : {}) as SdkError;
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined || status < 300) return connectionError(thrown, error, context.host);

  const { message, credentials, host, region, now } = context;
  const headers = error.$response?.headers ?? {};
  const answeredAt = parseHttpDate(headers.date ?? "", now);
  const body = `${String(error.name)}: ${messageOf(thrown)}`;
  const signed = { host, region, service: "lambda", signedAt: now, answeredAt, body };
  return answerError(
    { kind: "refused", status, body },
    {
      destination: host,
      message,
      credentials,
      retryAfterMs: parseRetryAfter(headers["retry-after"], answeredAt ?? now),
      signature: status === 403 && credentials ? reportSignature({ ...signed, credentials }) : undefined,
    },
  );
}

function connectionError(thrown: unknown, { name, code }: SdkError, host: string): ConnectionError {
  const text = messageOf(thrown);
  // The SDK wraps an error that comes from another realm, as it does in a test runner, and keeps only its
  // text.
  const reason =
    typeof code === "string" ? code : (/\bE[A-Z_]{4,}\b/.exec(text)?.[0] ?? String(name ?? "Error"));
  // Its own error is not handed on: it can hold the request, and with it the session token.
  const cause = Object.assign(new Error(text), { name: String(name ?? "Error"), code: reason });
  const sent = !isConnectFailure(cause);
  const message = sent
    ? `The connection to ${host} broke before the response was complete (${reason})`
    : `Could not connect to ${host} (${reason})`;
  return new ConnectionError(message, {
    retryable: isPassing(reason),
    details: { origin: host, code: reason, sent },
    cause,
  });
}

/**
 * Whether trying again may help: connections fail and come back, certificates and mistakes stay as they are.
 */
function isPassing(reason: string): boolean {
  return /^(E[A-Z]+|EAI_AGAIN|TimeoutError)$/.test(reason) && !/^(EPROTO|EACCES)$/.test(reason);
}
