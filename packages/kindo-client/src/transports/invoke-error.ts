import { ConnectionError, type WirekitError } from "@wirekit/core";
import { type AwsFailure, readAwsFailure, withoutKeys } from "@wirekit/core/aws";
import { parseHttpDate, parseRetryAfter } from "@wirekit/core/http";
import { messageOf, redactError } from "@wirekit/core/kit";
import type { Credentials } from "../signing/credentials.ts";
import { isAboutSigning, reportSignature } from "../signing/signature-report.ts";
import type { EncodedMessage } from "../wire/encode-message.ts";
import { answerError } from "./failed-request.ts";

/** What the AWS SDK hangs on an error that was an answer. */
interface SdkAnswer {
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
  const failure = readAwsFailure(thrown);
  const { status, fault } = failure;
  if (status === undefined || status < 300) return connectionError(thrown, failure, context);

  const { message, credentials, host, region, now } = context;
  const headers = (thrown as SdkAnswer).$response?.headers ?? {};
  const answeredAt = parseHttpDate(headers.date ?? "", now);
  const body = `${fault}: ${messageOf(thrown)}`;
  const signed = { host, region, service: "lambda", signedAt: now, answeredAt, body };
  const isReported = credentials !== undefined && (status === 403 || isAboutSigning(body));
  return answerError(
    { kind: "refused", status, body },
    {
      destination: host,
      message,
      credentials,
      retryAfterMs: parseRetryAfter(headers["retry-after"], answeredAt ?? now),
      signature: isReported ? reportSignature({ ...signed, credentials }) : undefined,
    },
  );
}

function connectionError(
  thrown: unknown,
  { fault, request, retryable }: AwsFailure,
  { host, credentials }: InvokeContext,
): ConnectionError {
  const sent = request !== "unsent";
  const message = sent
    ? `The connection to ${host} broke before the response was complete (${fault})`
    : `Could not connect to ${host} (${fault})`;
  const secrets = [credentials?.secretAccessKey, credentials?.sessionToken];
  return new ConnectionError(message, {
    retryable: retryable && !isPermanent(fault),
    details: { origin: host, code: fault, sent },
    // Not the SDK's own error: the request can hang on it, and with it the session token.
    cause: redactError(thrown, { secrets, clean: withoutKeys }),
  });
}

/** Connections fail and come back; certificates, and what speaks no TLS, stay as they are. */
function isPermanent(fault: string): boolean {
  return !/^(E[A-Z]+|EAI_AGAIN|TimeoutError)$/.test(fault) || /^(EPROTO|EACCES)$/.test(fault);
}
