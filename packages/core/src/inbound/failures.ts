import type { Random } from "../clock.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";
import type { HandleOutcome } from "../outcome.ts";
import type { ResolvedConsumerOptions } from "./consumer-options.ts";
import type { DeadLetter, DeadLetterReason, Delivery, Settlement } from "./delivery.ts";

/** How a delivery is to end. */
export interface Decision<D extends Delivery> {
  readonly outcome: HandleOutcome;
  /**
   * What the source is asked to do. Absent: nothing, because the message is not ours to settle any more. A
   * dead letter has yet to be written.
   */
  readonly settlement?: Settlement<D> | "release";
  readonly error?: WirekitError;
  readonly isDuplicate?: boolean;
}

export const done = { outcome: "handled", settlement: { kind: "done" } } as const;

/** For a message that is not ours to settle: its lease is lost, or its handler outlives the consumer. */
export function leave(error: WirekitError): { readonly outcome: "left"; readonly error: WirekitError } {
  return { outcome: "left", error };
}

/** For a message of a consumer that closes: another one may have it at once. */
export function release(error: WirekitError): {
  readonly outcome: "left";
  readonly settlement: "release";
  readonly error: WirekitError;
} {
  return { outcome: "left", settlement: "release", error };
}

type FailureOptions<D extends Delivery> = Pick<
  ResolvedConsumerOptions<D, unknown, unknown>,
  "retry" | "deadLetter" | "whenInvalid" | "classify" | "clock" | "random" | "logger"
> & {
  /** Only whether it is on. */
  readonly idempotency: object | undefined;
};

/** The most messages that are remembered because they were given up and are not written. */
const maxGivenUp = 10_000;

/**
 * Decides what becomes of a message that failed: another delivery, a dead letter, or the source's own rule.
 */
export class Failures<D extends Delivery> {
  readonly #options: FailureOptions<D>;
  /** By id, why messages were given up whose dead letters are not written. */
  readonly #givenUp = new Map<string, Pick<DeadLetter<D>, "reason" | "error">>();

  constructor(options: FailureOptions<D>) {
    this.#options = options;
  }

  /** For what a handler has thrown, and for its time-out. */
  judge(delivery: D, thrown: unknown): Decision<D> {
    const error = WirekitError.from(thrown);
    if (this.#classify(thrown) === "dead-letter") return this.#giveUp(delivery, "not-retryable", error);
    if (delivery.attempt >= this.#options.retry.maxAttempts)
      return this.#giveUp(delivery, "attempts-exhausted", error);
    return this.retry(delivery, error);
  }

  /** For what a decoder has thrown. */
  judgeDecoding(delivery: D, thrown: unknown): Decision<D> {
    const { kind, error } = classifyDecodeError(thrown);
    return kind === "invalid" ? this.#giveUp(delivery, "invalid", error) : this.judge(delivery, error);
  }

  retry(delivery: D, error: WirekitError): Decision<D> {
    const { retry, random } = this.#options;
    const afterMs = Math.max(redeliveryDelayMs(delivery.attempt, retry, random), retryAfterMsOf(error) ?? 0);
    return { outcome: "retried", settlement: { kind: "retry", afterMs }, error };
  }

  /**
   * The decision for a message that is delivered again although it was given up: its handler must not run.
   */
  onlyToWrite(delivery: D): Decision<D> | undefined {
    const { deadLetter, retry } = this.#options;
    // The id of a delivery is made when it is asked for: see docs/performance.md, "Texts that are made late".
    const known = this.#givenUp.size === 0 ? undefined : this.#givenUp.get(delivery.id);
    if (known !== undefined) return this.#giveUp(delivery, known.reason, known.error);
    if (deadLetter === undefined || delivery.attempt <= retry.maxAttempts || !this.#countsHandlers(delivery))
      return undefined;
    const message = `It was delivered ${delivery.attempt} times, and may be ${retry.maxAttempts} times`;
    const error = new WirekitError(message, { code: "wirekit/attempts-exhausted" });
    return this.#giveUp(delivery, "attempts-exhausted", error);
  }

  /** The dead letter is not written: if the message comes again, only that is tried. */
  remember({ delivery: { id }, reason, error }: DeadLetter<D>): void {
    this.#givenUp.set(id, { reason, error });
    for (const oldest of this.#givenUp.keys()) {
      if (this.#givenUp.size <= maxGivenUp) break;
      this.#givenUp.delete(oldest);
    }
  }

  /** The dead letter is written. */
  forget({ delivery }: DeadLetter<D>): void {
    if (this.#givenUp.size > 0) this.#givenUp.delete(delivery.id);
  }

  /**
   * Whether each delivery of the message began a handler, so that one beyond the last attempt was given up
   * before. What stands behind another of its key is given back unhandled, and so is what another consumer
   * has claimed: their deliveries prove nothing.
   */
  #countsHandlers({ key }: D): boolean {
    return key === undefined && this.#options.idempotency === undefined;
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

  #giveUp(delivery: D, reason: DeadLetterReason, error: WirekitError): Decision<D> {
    const { deadLetter, whenInvalid, clock } = this.#options;
    const record: DeadLetter<D> = { delivery, reason, error, failedAt: clock.now() };
    if (deadLetter === undefined || (reason === "invalid" && whenInvalid === "leave")) return left(record);
    const outcome = reason === "invalid" ? "invalid" : "dead-lettered";
    return { outcome, settlement: { kind: "dead-letter", record }, error };
  }
}

/** For a message that is given up and not written as a dead letter: it is left to the source's own rule. */
export function left<D extends Delivery>(
  record: DeadLetter<D>,
  sinkError?: WirekitError | undefined,
): Decision<D> {
  const { reason, error } = record;
  const settlement = { kind: "leave", record, ...(sinkError !== undefined && { sinkError }) } as const;
  return { outcome: reason === "invalid" ? "invalid" : "left", settlement, error };
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
 * Only a `ValidationError` or a `SyntaxError` says that the message is invalid. Whatever else is thrown says
 * that decoding failed, and may work another time: a schema that asks a database which is down.
 */
function classifyDecodeError(thrown: unknown): {
  readonly kind: "failed" | "invalid";
  readonly error: WirekitError;
} {
  if (thrown instanceof ValidationError) return { kind: "invalid", error: thrown };
  // The text of an error that is not ours (`JSON.parse`) may quote the body, and is not passed on.
  if (isSyntaxError(thrown)) {
    return { kind: "invalid", error: new ValidationError([{ path: "", message: "it cannot be decoded" }]) };
  }
  if (thrown instanceof WirekitError) return { kind: "failed", error: thrown };
  const cause = WirekitError.from(thrown);
  return { kind: "failed", error: new WirekitError("The decoder has thrown", { ...decoding, cause }) };
}

const decoding = { code: "wirekit/decoding", retryable: true } as const;

/** Also for one of another realm, as a test runner makes. */
function isSyntaxError(thrown: unknown): boolean {
  try {
    return thrown instanceof SyntaxError || (thrown as Partial<Error> | undefined)?.name === "SyntaxError";
  } catch {
    // A proxy that cannot be looked at.
    return false;
  }
}

/** A reason for `health()`. The text of an error that is not ours may quote a message, and is left out. */
export function troubleOf(what: string, thrown: unknown): WirekitError {
  const error = WirekitError.from(thrown);
  const why = error.code === "wirekit/unknown" ? "" : `: ${error.message}`;
  return new WirekitError(`${what}${why}`, { code: error.code, cause: error });
}
