import type { Clock, Random } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";
import { backoffMs, type RetryPolicy } from "../retry-policy.ts";
import type { Entry } from "./entry.ts";

/** An entry that a flush did not deliver. */
export interface Failure<Item, Receipt> {
  readonly entry: Entry<Item, Receipt>;
  readonly error: WirekitError;
}

/** Which of the failed entries of a flush go out again, and when. */
export interface RetryPlan<Item, Receipt> {
  /** One pause for all of them, so that they share a flush again. */
  readonly delayMs: number;
  readonly retried: readonly Failure<Item, Receipt>[];
  /** Not tried again. */
  readonly final: readonly Failure<Item, Receipt>[];
}

/**
 * Sorts failures by the retry policy. An error that is not retryable is final; so is one that used up its
 * tries or time.
 */
export function planRetry<Item, Receipt>(
  failures: readonly Failure<Item, Receipt>[],
  policy: RetryPolicy,
  { now, random }: { readonly now: number; readonly random: Random },
): RetryPlan<Item, Receipt> {
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

/** The entries that wait for their next try. */
export class Pauses<Item, Receipt> {
  readonly #clock: Clock;
  /** By the function that cancels the pause. */
  readonly #entries = new Map<() => void, readonly Entry<Item, Receipt>[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(entries: readonly Entry<Item, Receipt>[], delayMs: number, onOver: () => void): void {
    const cancel = this.#clock.setTimer(() => {
      this.#entries.delete(cancel);
      onOver();
    }, delayMs);
    this.#entries.set(cancel, entries);
  }

  /** Cancels all pauses, without calling back. */
  cancel(): void {
    for (const cancel of this.#entries.keys()) cancel();
    this.#entries.clear();
  }

  *[Symbol.iterator](): Generator<Entry<Item, Receipt>, void> {
    for (const entries of this.#entries.values()) yield* entries;
  }
}
