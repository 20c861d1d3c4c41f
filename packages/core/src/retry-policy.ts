import type { Random } from "./clock.ts";
import { ConfigError } from "./errors/config-error.ts";
import type { Issue } from "./errors/issues.ts";
import { checkDurationMs, checkWhole } from "./kit/option-checks.ts";

/** How often, for how long and at what distance something is tried again. */
export interface RetryPolicy {
  /** The most tries, the first included. `1` never retries. `Infinity` retries until `maxElapsedMs`. */
  readonly maxAttempts: number;
  /** No retry begins later than this after the first try began, in milliseconds. */
  readonly maxElapsedMs: number;
  /** The bound of the first pause, in milliseconds; it doubles with every try. */
  readonly baseDelayMs: number;
  /** The bound that no pause of our own passes, in milliseconds. A `Retry-After` may. */
  readonly maxDelayMs: number;
}

/**
 * Three tries within 30 seconds, pauses of at most 100, 200 ... 5,000 ms. The pause is drawn evenly between
 * zero and its bound ("full jitter"), so that clients which failed together do not come back together.
 */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 3,
  maxElapsedMs: 30_000,
  baseDelayMs: 100,
  maxDelayMs: 5_000,
};

/**
 * `policy` with the defaults for what it leaves out.
 *
 * @param option the name of the option, for the error: `"retry"`.
 * @throws ConfigError naming every field that cannot be used. Without it, a `NaN` would retry for ever.
 */
export function resolveRetryPolicy(policy: Partial<RetryPolicy> = {}, option = "retry"): RetryPolicy {
  const resolved = withRetryDefaults(policy);
  const issues = findRetryFaults(resolved, option);
  if (issues.length > 0) throw new ConfigError(issues);
  return resolved;
}

/** As {@link resolveRetryPolicy}, without the check. {@link findRetryFaults} checks. */
export function withRetryDefaults(policy: Partial<RetryPolicy> = {}): RetryPolicy {
  const {
    maxAttempts = defaultRetryPolicy.maxAttempts,
    maxElapsedMs = defaultRetryPolicy.maxElapsedMs,
    baseDelayMs = defaultRetryPolicy.baseDelayMs,
    maxDelayMs = defaultRetryPolicy.maxDelayMs,
  } = policy;
  return { maxAttempts, maxElapsedMs, baseDelayMs, maxDelayMs };
}

/** Finds the faults of a policy, each named as a member of `option`. */
export function findRetryFaults(policy: RetryPolicy, option: string): Issue[] {
  const { maxAttempts, maxElapsedMs, baseDelayMs, maxDelayMs } = policy;
  return [
    checkWhole(`${option}.maxAttempts`, maxAttempts, { minimum: 1, unlimited: "allowed" }),
    checkDurationMs(`${option}.maxElapsedMs`, maxElapsedMs, { minimum: 0, unlimited: "allowed" }),
    checkDurationMs(`${option}.baseDelayMs`, baseDelayMs, { minimum: 0 }),
    checkDurationMs(`${option}.maxDelayMs`, maxDelayMs, { minimum: 0 }),
  ].filter((issue) => issue !== undefined);
}

/**
 * The pause after the failed try `attempt` (1 for the first), in milliseconds: between 0 and a bound that
 * doubles.
 */
export function backoffMs(
  attempt: number,
  policy: Pick<RetryPolicy, "baseDelayMs" | "maxDelayMs">,
  random: Random = Math.random,
): number {
  // Beyond 2^52 the bound is the policy's in any case; unbounded, 0 * 2^1024 would be no number.
  const boundMs = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** Math.min(attempt - 1, 52));
  return Math.floor(random() * boundMs);
}
