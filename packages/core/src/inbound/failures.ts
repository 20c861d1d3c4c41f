import type { Random } from "../clock.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";
import type { Troubles } from "../kit/troubles.ts";
import { withTimeout } from "../kit/waiting.ts";
import type { HandleOutcome } from "../outcome.ts";
import type { ResolvedConsumerOptions } from "./consumer-options.ts";
import type { DeadLetter, DeadLetterReason, Delivery, Settlement } from "./delivery.ts";

/** How a delivery is to end. */
export interface Decision<D extends Delivery> {
  readonly outcome: HandleOutcome;
  /** What the source is asked to do. Absent: nothing, because the message is not ours to settle any more. */
  readonly settlement?: Settlement<D> | "release";
  readonly error?: WirekitError;
  readonly isDuplicate?: boolean;
}

export const done = { outcome: "handled", settlement: { kind: "done" } } as const;

/** For a message that is not ours to settle: its lease is lost, or its handler outlives the consumer. */
export function leave(error: WirekitError): { readonly outcome: "left"; readonly error: WirekitError } {
  return { outcome: "left", error };
}

type FailureOptions<D extends Delivery> = Pick<
  ResolvedConsumerOptions<D, unknown, unknown>,
  "retry" | "deadLetter" | "whenInvalid" | "classify" | "clock" | "random" | "logger"
>;

/**
 * Decides what becomes of a message that failed: another delivery, a dead letter, or the source's own rule.
 */
export class Failures<D extends Delivery> {
  /** Dead letters that could not be written. */
  failedDeadLetters = 0;
  readonly #options: FailureOptions<D>;
  readonly #troubles: Troubles;

  constructor(options: FailureOptions<D>, troubles: Troubles) {
    this.#options = options;
    this.#troubles = troubles;
  }

  /** For what a handler has thrown, and for its time-out. */
  judge(delivery: D, thrown: unknown): Decision<D> | Promise<Decision<D>> {
    const error = WirekitError.from(thrown);
    if (this.#classify(thrown) === "dead-letter") return this.#giveUp(delivery, "not-retryable", error);
    if (delivery.attempt >= this.#options.retry.maxAttempts)
      return this.#giveUp(delivery, "attempts-exhausted", error);
    return this.retry(delivery, error);
  }

  /** For what a decoder has thrown. */
  judgeDecoding(delivery: D, thrown: unknown): Decision<D> | Promise<Decision<D>> {
    const { kind, error } = classifyDecodeError(thrown);
    return kind === "invalid" ? this.#giveUp(delivery, "invalid", error) : this.judge(delivery, error);
  }

  retry(delivery: D, error: WirekitError): Decision<D> {
    const { retry, random } = this.#options;
    const afterMs = Math.max(redeliveryDelayMs(delivery.attempt, retry, random), retryAfterMsOf(error) ?? 0);
    return { outcome: "retried", settlement: { kind: "retry", afterMs }, error };
  }

  #classify(thrown: unknown): "retry" | "dead-letter" {
    const { classify, logger } = this.#options;
    try {
      return classify(thrown);
    } catch (fault) {
      logger.error({ error: messageOf(fault) }, "The classify function has thrown; the message is retried");
      return "retry";
    }
  }

  async #giveUp(delivery: D, reason: DeadLetterReason, error: WirekitError): Promise<Decision<D>> {
    const { deadLetter, whenInvalid, clock, logger } = this.#options;
    const record: DeadLetter<D> = { delivery, reason, error, failedAt: clock.now() };
    const isInvalid = reason === "invalid";
    if (deadLetter === undefined || (isInvalid && whenInvalid === "leave")) {
      return { outcome: isInvalid ? "invalid" : "left", settlement: { kind: "leave", record }, error };
    }
    try {
      const { sink, timeoutMs } = deadLetter;
      const write = async (signal: AbortSignal) => sink(record, { signal });
      await withTimeout("The dead-letter sink", write, { timeoutMs, clock });
    } catch (thrown) {
      this.failedDeadLetters += 1;
      this.#troubles.report("dead letters", troubleOf("Dead letters cannot be written", thrown));
      const fields = { id: delivery.id, error: messageOf(thrown) };
      logger.error(fields, "A dead letter could not be written; the message is retried");
      return this.retry(delivery, WirekitError.from(thrown));
    }
    this.#troubles.clear("dead letters");
    const outcome = isInvalid ? "invalid" : "dead-lettered";
    return { outcome, settlement: { kind: "dead-letter", record }, error };
  }
}

/**
 * The pause before a message is delivered again, in milliseconds: between half and all of a bound that
 * doubles with every attempt ("equal jitter"). A message that keeps failing comes back ever later, and many
 * that failed together do not come back together.
 */
export function redeliveryDelayMs(
  attempt: number,
  { baseDelayMs, maxDelayMs }: { readonly baseDelayMs: number; readonly maxDelayMs: number },
  random: Random,
): number {
  // Beyond 2^52 the bound is the longest pause in any case; without a limit, 0 * 2^1024 would be NaN.
  const doublings = Math.min(Math.max(1, attempt) - 1, 52);
  const boundMs = Math.min(maxDelayMs, baseDelayMs * 2 ** doublings);
  return Math.floor(boundMs / 2 + (random() * boundMs) / 2);
}

/**
 * A retryable error of ours says that decoding may work another time; anything else, that the message is
 * invalid. An error of another library (`JSON.parse`) is not passed on, because its text may quote the body.
 */
function classifyDecodeError(thrown: unknown): {
  readonly kind: "failed" | "invalid";
  readonly error: WirekitError;
} {
  if (!(thrown instanceof WirekitError)) {
    return { kind: "invalid", error: new ValidationError([{ path: "", message: "it cannot be decoded" }]) };
  }
  return { kind: thrown.retryable ? "failed" : "invalid", error: thrown };
}

/** A reason for `health()`. The text of an error that is not ours may quote a message, and is left out. */
export function troubleOf(what: string, thrown: unknown): WirekitError {
  const error = WirekitError.from(thrown);
  const why = error.code === "wirekit/unknown" ? "" : `: ${error.message}`;
  return new WirekitError(`${what}${why}`, { code: error.code, cause: error });
}
