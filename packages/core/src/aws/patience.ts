import type { Clock, Random } from "../clock.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { sleep } from "../kit/waiting.ts";
import { backoffMs } from "../retry-policy.ts";
import { AwsError } from "./aws-error.ts";

/** The pauses of consumers between tries that fail, in milliseconds. */
const pauses = { baseDelayMs: 200, maxDelayMs: 30_000 };

/** A right may have been given a moment ago, and not be known everywhere yet. */
const triesWithoutRight = 5;

/**
 * Decides for a consumer how long it goes on trying: for ever, because what fails is set right sooner or
 * later, unless the queue is gone, or a policy denies several tries in a row.
 */
export class Patience {
  readonly #random: Random;
  #failures = 0;
  #refusals = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many refusals have been counted. Taken when a try begins, so that tries at once count as one. */
  get refusals(): number {
    return this.#refusals;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#refusals = 0;
  }

  /**
   * How long to wait after a failure, in milliseconds.
   *
   * @param refusals what {@link refusals} was when the try began.
   * @throws the error, if it ends the consumer.
   */
  pauseAfter(error: WirekitError, refusals = this.#refusals): number {
    if (!(error instanceof AwsError)) {
      if (!error.retryable) throw error;
    } else if (error.isFinal) {
      if (refusals === this.#refusals) this.#refusals += 1;
      if (error.kind === "gone" || this.#refusals >= triesWithoutRight) throw error;
    } else {
      this.#refusals = 0;
    }
    this.#failures += 1;
    // At least half of the bound: several receivers that draw a pause near zero would ask in a tight loop.
    return backoffMs(this.#failures, pauses, () => 0.5 + this.#random() / 2);
  }
}

/** How a consumer tries something that it cannot begin without. */
export interface PatientOptions {
  readonly signal: AbortSignal;
  /** Called with the error of each try that failed: it is a reason of `health()`. */
  readonly onTrouble: (error: WirekitError) => void;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * Runs `task` until it succeeds, for as long as a consumer receives.
 *
 * @throws the error that would end a consumer; the signal's own reason.
 */
export async function tryPatiently<T>(
  task: () => Promise<T>,
  { signal, onTrouble, clock, random }: PatientOptions,
): Promise<T> {
  const patience = new Patience(random);
  for (;;) {
    try {
      return await task();
    } catch (thrown) {
      signal.throwIfAborted();
      const error = WirekitError.from(thrown);
      const delayMs = patience.pauseAfter(error);
      onTrouble(error);
      await sleep(delayMs, { signal, clock });
    }
  }
}
