import { type Clock, type Random, systemClock } from "./clock.ts";
import { WirekitError } from "./errors/wirekit-error.ts";
import { sleep } from "./waiting.ts";

/** How often, how long and at what distance something is tried again. */
export interface RetryPolicy {
  /** Tries in all, the first included. `1` never retries. */
  readonly maxAttempts: number;
  /** No retry begins later than this after the first try began, in milliseconds. */
  readonly maxElapsedMs: number;
  /** The bound of the first pause, in milliseconds; it doubles with every try. */
  readonly baseDelayMs: number;
  /** The bound that no pause of our own passes, in milliseconds. A `Retry-After` may. */
  readonly maxDelayMs: number;
}

/**
 * Three tries within 30 seconds, pauses of at most 100, 200 ... 5,000 ms. The pause is drawn evenly between zero and its
 * bound ("full jitter"), so that clients which failed together do not come back together.
 */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 3,
  maxElapsedMs: 30_000,
  baseDelayMs: 100,
  maxDelayMs: 5_000,
};

/** What a try is told about itself. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
}

export interface RetryOptions {
  readonly policy?: Partial<RetryPolicy> | undefined;
  /** Ends the retrying, also in the middle of a pause; the call rejects with this signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told before each pause. */
  readonly onRetry?: ((retry: UpcomingRetry) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** A try has failed and another one follows after the pause. */
export interface UpcomingRetry {
  readonly error: WirekitError;
  /** The number of the try that failed. */
  readonly attempt: number;
  readonly delayMs: number;
}

/**
 * Runs `task` until it succeeds, fails with an error that is not `retryable`, or the policy's tries or time are used
 * up. An error whose `retryAfterMs` says when the peer wants to be asked again is believed: the pause is at
 * least that long, and where that passes the time budget there is no further try.
 *
 * @throws the last error, as a {@link WirekitError} with `attempts` set; or the signal's reason.
 */
export async function retry<T>(
  task: (attempt: Attempt) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { signal, clock = systemClock, random = Math.random } = options;
  const policy = { ...defaultRetryPolicy, ...defined(options.policy) };
  const startedAt = clock.monotonic();

  for (let number = 1; ; number += 1) {
    signal?.throwIfAborted();
    try {
      return await task({ number });
    } catch (thrown) {
      // What an aborted task rejects with is of no interest: the caller knows the reason it gave.
      signal?.throwIfAborted();
      const error = WirekitError.from(thrown);
      error.attempts = number;
      const delayMs = Math.max(backoffMs(number, policy, random), retryAfterMsOf(error) ?? 0);
      const elapsedMs = clock.monotonic() - startedAt;
      if (!error.retryable || number >= policy.maxAttempts || elapsedMs + delayMs > policy.maxElapsedMs)
        throw error;
      options.onRetry?.({ error, attempt: number, delayMs });
      await sleep(delayMs, { signal, clock });
    }
  }
}

/** The pause after the failed try `attempt` (1 for the first), in milliseconds: between 0 and a bound that doubles. */
export function backoffMs(
  attempt: number,
  policy: Pick<RetryPolicy, "baseDelayMs" | "maxDelayMs">,
  random: Random = Math.random,
): number {
  return Math.floor(random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1)));
}

/** How long the peer asked to be left alone, where the error says so. */
export function retryAfterMsOf(error: WirekitError): number | undefined {
  const value = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return typeof value === "number" && value >= 0 ? value : undefined;
}

/** `exactOptionalPropertyTypes` lets our users write `{ maxAttempts: undefined }`; that must mean "the default". */
export function defined<T extends object>(options: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
