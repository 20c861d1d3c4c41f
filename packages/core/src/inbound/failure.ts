import type { Random } from "../clock.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";

/**
 * The pause before a message is delivered again, in milliseconds: between half and all of a bound that doubles with every attempt ("equal
 * jitter"), so that a message which keeps failing comes back ever later, and many that failed together do not come back together.
 */
export function redeliveryDelayMs(
  attempt: number,
  backoff: { readonly baseDelayMs: number; readonly maxDelayMs: number },
  random: Random,
): number {
  // Beyond 2^52 the bound is the longest pause in any case; unbounded, 0 * 2^1024 would be no number.
  const doublings = Math.min(Math.max(1, attempt) - 1, 52);
  const boundMs = Math.min(backoff.maxDelayMs, backoff.baseDelayMs * 2 ** doublings);
  return Math.floor(boundMs / 2 + (random() * boundMs) / 2);
}

/** The longer of our own pause and the one that the error asks for. */
export function pauseAfter(
  error: WirekitError,
  attempt: number,
  options: {
    readonly retry: { readonly baseDelayMs: number; readonly maxDelayMs: number };
    readonly random: Random;
  },
): number {
  return Math.max(redeliveryDelayMs(attempt, options.retry, options.random), retryAfterMsOf(error) ?? 0);
}

/** What a decoder's error says about the message. */
export type DecodeFailure =
  | { readonly kind: "failed"; readonly error: WirekitError }
  | { readonly kind: "invalid"; readonly error: WirekitError };

/**
 * A retryable error of ours says that decoding may work another time; anything else, that the message is invalid. A stranger's error
 * (`JSON.parse`) is left behind, because its text may quote the body.
 */
export function classifyDecodeError(thrown: unknown): DecodeFailure {
  if (!(thrown instanceof WirekitError)) {
    return { kind: "invalid", error: new ValidationError([{ path: "", message: "it cannot be decoded" }]) };
  }
  return { kind: thrown.retryable ? "failed" : "invalid", error: thrown };
}
