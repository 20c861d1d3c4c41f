import { type Clock, systemClock, WirekitError } from "@wirekit/core";
import { memberPath, type OptionRule, option, readOptions, sleep } from "@wirekit/core/kit";
import type { AwsMessagingErrorCode } from "../errors.ts";

/** How many messages a second may be published to one topic. */
export interface RateLimit {
  readonly perSecond: number;
  /** How many may go at once after a pause. Default: those of one second. */
  readonly burst?: number | undefined;
  /** What a message does for which there is no room. Default `"wait"`. */
  readonly whenExceeded?: "wait" | "reject" | undefined;
}

const limitRules = {
  perSecond: option.number({ minimum: Number.MIN_VALUE, presence: "required" }),
  burst: option.number({ minimum: 1 }),
  whenExceeded: option.oneOf(["wait", "reject"]),
};

/** The rule of an option that gives each topic a limit. */
export function rateLimitRules(): OptionRule<Readonly<Record<string, RateLimit>> | undefined> {
  return (value, path, faults) => {
    if (value === undefined) return undefined;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      faults.add({ path, message: "must map topics to limits" });
      return undefined;
    }
    const limits = value as Readonly<Record<string, unknown>>;
    for (const [topic, limit] of Object.entries(limits)) {
      readOptions(limit, limitRules, faults, memberPath(path, topic));
    }
    return limits as Readonly<Record<string, RateLimit>>;
  };
}

/** A token bucket. Those that wait are let through in the order of their arrival. */
export interface TokenBucket {
  /**
   * Resolves when one more message may go. Rejects with the signal's reason, or at once where that was
   * chosen.
   */
  take(signal?: AbortSignal): Promise<void>;
}

/**
 * Sums of times are off by less than this, in milliseconds. Without it, a full bucket would now and then
 * refuse a token.
 */
const roundingMs = 0.001;

/** A bucket for a limit that was checked. */
export function tokenBucket(limit: RateLimit, clock: Clock = systemClock): TokenBucket {
  const { perSecond, burst = Math.max(1, perSecond), whenExceeded = "wait" } = limit;

  const intervalMs = 1000 / perSecond;
  // The bucket is one number: the time at which it would be full. Every token taken moves that on by one
  // interval.
  let fullAt = clock.monotonic();

  return {
    async take(signal) {
      signal?.throwIfAborted();
      const now = clock.monotonic();
      const next = Math.max(fullAt, now) + intervalMs;
      const missingMs = next - now - burst * intervalMs;
      const waitMs = missingMs > roundingMs ? missingMs : 0;
      if (waitMs > 0 && whenExceeded === "reject") throw rateLimited(limit, Math.ceil(waitMs));
      fullAt = next;
      if (waitMs === 0) return;
      try {
        await sleep(waitMs, { signal, clock });
      } catch (reason) {
        // The place in the row is given back. Those behind it keep the times they were given: never too
        // early.
        fullAt -= intervalMs;
        throw reason;
      }
    },
  };
}

function rateLimited({ perSecond }: RateLimit, retryAfterMs: number): WirekitError<AwsMessagingErrorCode> {
  return new WirekitError(`More than ${perSecond} messages a second were to be published to this topic`, {
    code: "aws-messaging/rate-limited",
    retryable: true,
    details: { perSecond, retryAfterMs },
  });
}
