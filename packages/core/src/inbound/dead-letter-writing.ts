import { ClosedError } from "../errors/closed-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { retryAfterMsOf } from "../kit/retry.ts";
import type { Troubles } from "../kit/troubles.ts";
import { anySignal, sleep, withTimeout } from "../kit/waiting.ts";
import type { ResolvedConsumerOptions } from "./consumer-options.ts";
import { type DeadLetter, type Delivery, LeaseLostError } from "./delivery.ts";
import type { DeliveryRun } from "./delivery-run.ts";
import { type Decision, type Failures, left, redeliveryDelayMs, release, troubleOf } from "./failures.ts";

/** The pauses between tries to write a dead letter, in milliseconds. */
const backoff = { baseDelayMs: 1_000, maxDelayMs: 30_000 };

/** The area of `Troubles` for dead letters that cannot be written. */
const area = "dead letters";

type WritingOptions<D extends Delivery> = Pick<
  ResolvedConsumerOptions<D, unknown, unknown>,
  "deadLetter" | "clock" | "random" | "logger"
>;

/** Writes dead letters, each for as long as its message is ours: the handler never runs again for it. */
export class DeadLetterWriting<D extends Delivery> {
  /** Tries that failed. */
  failed = 0;
  readonly #options: WritingOptions<D>;
  readonly #failures: Failures<D>;
  readonly #troubles: Troubles;
  readonly #closing = new AbortController();

  constructor(options: WritingOptions<D>, failures: Failures<D>, troubles: Troubles) {
    this.#options = options;
    this.#failures = failures;
    this.#troubles = troubles;
  }

  /** The consumer closes: what waits for another try gets one at once, and none after it. */
  close(): void {
    this.#closing.abort(new ClosedError("The consumer"));
  }

  /**
   * Writes the letter of a run that was given up; says how the run ends. Never rejects. A letter that the
   * place will never take leaves the message to its source. One that cannot be written before the lease is
   * lost or the consumer closes is written when the message comes again.
   */
  async write(run: DeliveryRun<D>, record: DeadLetter<D>): Promise<Decision<D>> {
    const { reason, error } = record;
    try {
      const sinkError = await this.#tryToWrite(run, record);
      if (sinkError === undefined) {
        this.#failures.forget(record);
        const outcome = reason === "invalid" ? "invalid" : "dead-lettered";
        return { outcome, settlement: { kind: "dead-letter", record }, error };
      }
      this.#failures.remember(record);
      return left(record, sinkError);
    } catch (thrown) {
      this.#failures.remember(record);
      return release(WirekitError.from(thrown));
    }
  }

  /**
   * Resolves once the letter is written; with an error, if the place will never take it.
   *
   * @throws LeaseLostError; ClosedError.
   */
  async #tryToWrite(run: DeliveryRun<D>, record: DeadLetter<D>): Promise<WirekitError | undefined> {
    const { deadLetter, clock, logger } = this.#options;
    // Without a place no letter is made.
    if (deadLetter === undefined || run.isLeaseLost) throw run.leaseLoss ?? new LeaseLostError("it ended");
    const { sink, timeoutMs, place } = deadLetter;
    const signal = run.beginWriting();
    for (let tries = 1; ; tries += 1) {
      const isLast = this.#closing.signal.aborted;
      try {
        const write = async (both: AbortSignal) => sink(record, { signal: both });
        await withTimeout("The dead-letter sink", write, { signal, timeoutMs, clock });
        this.#troubles.clear(area);
        return undefined;
      } catch (thrown) {
        signal.throwIfAborted();
        this.failed += 1;
        const where = place === undefined ? "" : ` to ${place}`;
        this.#troubles.report(area, troubleOf(`Dead letters cannot be written${where}`, thrown));
        const error = WirekitError.from(thrown);
        const fields = { id: record.delivery.id, place, tries, code: error.code, error: error.message };
        if (isFinal(error)) return error;
        if (isLast) throw this.#closing.signal.reason;
        logger.error(fields, "A dead letter could not be written; only that is tried again");
        // Others must not wait for it.
        run.park();
        await this.#pause(tries, error, signal);
      }
    }
  }

  async #pause(tries: number, error: WirekitError, signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#options;
    const delayMs = Math.max(redeliveryDelayMs(tries, backoff, random), retryAfterMsOf(error) ?? 0);
    const either = anySignal(signal, this.#closing.signal);
    try {
      await sleep(delayMs, { signal: either.signal, clock });
    } catch {
      signal.throwIfAborted();
    } finally {
      either.release();
    }
  }
}

/**
 * Whether the place will never take the letter: it is gone or forbidden, or the letter is too large for it.
 * An error that is not ours says nothing of that, nor does one of a client that was closed, or of a letter
 * that may have arrived: it is written again.
 */
function isFinal(error: WirekitError): boolean {
  if (error.retryable || error.code === "wirekit/unknown") return false;
  return !(error instanceof ClosedError || error instanceof UnconfirmedError);
}
