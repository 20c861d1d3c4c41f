import type { Random } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";
import { backoffMs, type RetryPolicy } from "../retry-policy.ts";

/** An entry that failed in a flush. */
export interface Failure<Entry> {
  readonly entry: Entry;
  readonly error: WirekitError;
}

/** Which of the failed entries of a flush go out again, and when. */
export interface RetryPlan<Entry> {
  /** One pause for all of them, so that they share a flush again. */
  readonly delayMs: number;
  readonly retried: readonly Failure<Entry>[];
  /** Not tried again. */
  readonly final: readonly Failure<Entry>[];
}

interface Tried {
  readonly attempts: number;
  readonly firstTriedAt: number;
}

/** Sorts failures by core's retry policy: a fault of the sender is final, and so is one that has used up its tries or time. */
export function planRetry<Entry extends Tried>(
  failures: readonly Failure<Entry>[],
  policy: RetryPolicy,
  { now, random }: { readonly now: number; readonly random: Random },
): RetryPlan<Entry> {
  const candidates = failures.filter(
    ({ entry, error }) => error.retryable && entry.attempts < policy.maxAttempts,
  );
  const attempts = candidates.reduce((most, { entry }) => Math.max(most, entry.attempts), 1);
  const asked = candidates.reduce((longest, { error }) => Math.max(longest, retryAfterMsOf(error) ?? 0), 0);
  const delayMs = Math.max(backoffMs(attempts, policy, random), asked);

  const retried = candidates.filter(({ entry }) => now - entry.firstTriedAt + delayMs <= policy.maxElapsedMs);
  const again = new Set(retried);
  return { delayMs, retried, final: failures.filter((failure) => !again.has(failure)) };
}
