import { type Clock, type Random, systemClock } from "../clock.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { withAttempts } from "../errors/with-attempts.ts";
import { backoffMs, type RetryPolicy, resolveRetryPolicy } from "../retry-policy.ts";
import { rejectOnAbort, sleep } from "./waiting.ts";

/** The try under way. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
}

export interface RetryOptions {
  /** Omitted fields take their value from `defaultRetryPolicy`. */
  readonly policy?: Partial<RetryPolicy> | undefined;
  /** Ends the call at once, during a try or a pause. It rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each pause. */
  readonly onRetry?: ((retry: UpcomingRetry) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** A try has failed, and another one follows after the pause. */
export interface UpcomingRetry {
  readonly error: WirekitError;
  /** The number of the try that failed. */
  readonly attempt: number;
  readonly delayMs: number;
}

/**
 * Runs `task` until it succeeds, fails with an error that is not `retryable`, or the policy's tries or time
 * are used up. An error whose `retryAfterMs` says when the peer wants to be asked again is believed: the
 * pause is that long and the usual jitter more, and where it alone passes the time budget there is no further
 * try.
 *
 * @throws the last error, as a {@link WirekitError} with `attempts` set; the signal's reason; or a
 * `ConfigError` when the policy cannot be used.
 */
export async function retry<T>(
  task: (attempt: Attempt) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const { signal, clock = systemClock, random = Math.random } = options;
  const policy = resolveRetryPolicy(options.policy);
  const startedAt = clock.monotonic();

  for (let number = 1; ; number += 1) {
    signal?.throwIfAborted();
    try {
      const running = task({ number });
      return await (signal === undefined ? running : rejectOnAbort(running, signal));
    } catch (thrown) {
      // After an abort the caller gets the reason that it gave, whatever the task rejects with.
      signal?.throwIfAborted();
      const error = WirekitError.from(thrown);
      const leftMs = policy.maxElapsedMs - (clock.monotonic() - startedAt);
      const delayMs = pauseMs(error, number, leftMs, policy, random);
      if (delayMs === undefined) throw withAttempts(error, number);
      options.onRetry?.({ error, attempt: number, delayMs });
      await sleep(delayMs, { signal, clock });
    }
  }
}

/** How long to wait before the next try; `undefined` if there is none. */
function pauseMs(
  error: WirekitError,
  number: number,
  leftMs: number,
  policy: RetryPolicy,
  random: Random,
): number | undefined {
  if (!error.retryable || number >= policy.maxAttempts) return undefined;
  const jitterMs = backoffMs(number, policy, random);
  const retryAfterMs = retryAfterMsOf(error);
  if ((retryAfterMs ?? jitterMs) > leftMs) return undefined;
  // The jitter comes on top: all who were told "in 5 seconds" would otherwise be back in the same instant.
  return Math.min((retryAfterMs ?? 0) + jitterMs, leftMs);
}

/** How long the peer asked to be left alone, where the error says so. */
export function retryAfterMsOf(error: WirekitError): number | undefined {
  const value = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return typeof value === "number" && value >= 0 ? value : undefined;
}
