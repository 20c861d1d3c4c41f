import { ConnectionError, TimeoutError, UnconfirmedError } from "@wirekit/core";
import { HttpResponseError, isRetryableStatus } from "@wirekit/core/http";
import { excerpt } from "@wirekit/core/kit";
import { SendError } from "../errors.ts";
import type { Credentials } from "../signing/credentials.ts";
import type { SignatureReport } from "../signing/signature-report.ts";
import { confidentialTexts } from "../wire/confidential-texts.ts";
import type { EncodedMessage } from "../wire/encode-message.ts";
import type { Answer } from "../wire/read-answer.ts";

/** An answer that accepted nothing. */
export type FailedAnswer = Exclude<Answer, { readonly kind: "accepted" }>;

/** What is known besides the answer. */
export interface AnswerContext {
  readonly destination: string;
  readonly message: EncodedMessage;
  readonly credentials: Credentials | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly signature?: SignatureReport | undefined;
}

const maxBodyLength = 2000;
const maxQuotedLength = 300;

/**
 * The error for an answer that accepted nothing. Neither a credential nor what it quotes of the message is in
 * it.
 */
export function answerError(answer: FailedAnswer, context: AnswerContext): SendError | UnconfirmedError {
  const secrets = answer.body === "" ? [] : secretsOf(context);
  const body = excerpt(answer.body, maxBodyLength, { secrets });
  const quoted = excerpt(body, maxQuotedLength);
  const { status } = answer;
  const { retryAfterMs, signature } = context;

  switch (answer.kind) {
    case "refused":
      return new SendError(`Failed to send message: ${status} ${quoted}${describeSignature(signature)}`, {
        code: "kindo/refused",
        retryable: isRetryableStatus(status),
        status,
        body,
        retryAfterMs,
        signature,
        ...(signature === undefined ? {} : { details: { likelyCause: signature.likelyCause } }),
      });
    case "no-tracking-id": {
      const cause = new HttpResponseError(`${status} without a tracking_id: ${quoted}`, {
        status,
        code: "wirekit/http-body",
        retryable: false,
        excerpt: body,
      });
      return new UnconfirmedError(`The message to ${context.destination}`, { cause, details: { status } });
    }
    case "function-error":
      return new SendError(`Failed to send message: the function failed (${answer.error}): ${quoted}`, {
        code: "kindo/function-error",
        status,
        body,
        details: { functionError: answer.error },
      });
  }
}

/**
 * The error for a request that brought no answer, or none that could be read to its end. Core's own errors
 * say all there is to say, with two exceptions.
 */
export function transportError(error: unknown, destination: string): unknown {
  if (error instanceof TimeoutError && error.details.phase === "connect") {
    const { origin = destination } = error.details;
    return new ConnectionError(`Could not connect to ${origin} within ${error.timeoutMs} ms`, {
      details: error.details,
      cause: error,
    });
  }
  if (!(error instanceof HttpResponseError)) return error;
  const { status, retryable, details } = error;
  if (status === 200) return new UnconfirmedError(`The message to ${destination}`, { cause: error, details });
  const message = `Failed to send message: ${error.message}`;
  return new SendError(message, { code: "kindo/refused", retryable, status, details, cause: error });
}

function secretsOf({ message, credentials }: AnswerContext): readonly (string | undefined)[] {
  return [credentials?.secretAccessKey, credentials?.sessionToken, ...confidentialTexts(message)];
}

function describeSignature(signature: SignatureReport | undefined): string {
  if (signature === undefined) return "";
  const { likelyCause, explanation, clockSkewMs, canonicalRequest, stringToSign } = signature;
  const skew = clockSkewMs === undefined ? "unknown" : `${clockSkewMs} ms`;
  const finding = `\nLikely cause: ${likelyCause} (${explanation}). Clock skew: ${skew}.`;
  if (canonicalRequest === undefined) return finding;
  return `${finding}\nThe canonical request that was signed:\n${canonicalRequest}\nThe string to sign:\n${stringToSign}`;
}
