import { isRetryableStatus } from "@wirekit/core/http";
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
  readonly message: EncodedMessage;
  readonly credentials: Credentials | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly signature?: SignatureReport | undefined;
}

const maxBodyLength = 2000;
const maxQuotedLength = 300;

/** The error for an answer that accepted nothing. Neither a credential nor what it quotes of the message is in it. */
export function answerError(answer: FailedAnswer, context: AnswerContext): SendError {
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
    case "no-tracking-id":
      return new SendError(`Failed to send message: ${status} without a tracking_id: ${quoted}`, {
        code: "kindo/no-tracking-id",
        status,
        body,
      });
    case "function-error":
      return new SendError(`Failed to send message: the function failed (${answer.error}): ${quoted}`, {
        code: "kindo/function-error",
        status,
        body,
        details: { functionError: answer.error },
      });
  }
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
