import { type Clock, type Random, WirekitError } from "@wirekit/core";
import { LeaseLostError } from "@wirekit/core/inbound";
import { backoffMs, sleep, withTimeout } from "@wirekit/core/kit";
import type { CommitOffset } from "../kafka-driver.ts";

/** What a {@link Committer} commits, and how. */
export interface CommitterOptions {
  /** What is finished and not committed, by partition; empty when there is nothing. */
  readonly collect: () => readonly CommitOffset[];
  readonly commit: (offsets: readonly CommitOffset[]) => Promise<void>;
  readonly onCommitted: (offsets: readonly CommitOffset[]) => void;
  readonly onFailed: (error: WirekitError) => void;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** The longest pause after a commit that failed. */
const maxRetryMs = 10_000;

/**
 * Commits for one assignment: by a timer, and when asked to; one request at a time; again when one has
 * failed.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #cancelTimer: (() => void) | undefined;
  #inFlight: Promise<void> | undefined;
  #failures = 0;
  #isOver = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
  }

  /** Commits that have failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Something has been finished: it is committed within the interval. */
  touch(): void {
    if (this.#cancelTimer !== undefined || this.#inFlight !== undefined || this.#isOver) return;
    this.#schedule(this.#options.intervalMs);
  }

  /**
   * Commits all that is finished by now. Where nothing is in flight, the request goes out before this
   * returns.
   *
   * @throws WirekitError why the commit failed; LeaseLostError when the assignment is over.
   */
  async flush(): Promise<void> {
    // What is in flight lacks what was finished since.
    while (this.#inFlight !== undefined) await this.#inFlight.catch(nothing);
    if (this.#isOver) throw new LeaseLostError("the partitions are not assigned any more");
    await this.#commit();
  }

  /** As {@link flush}, without waiting for what is in flight: for when there is no time left. */
  flushAtOnce(): Promise<void> {
    return this.#isOver ? Promise.resolve() : this.#commit();
  }

  /** As {@link flush}, again and again until the broker has taken it, or the time is over. */
  async flushWithin(timeoutMs: number): Promise<void> {
    const { clock, intervalMs } = this.#options;
    const untilTaken = async (signal: AbortSignal) => {
      for (;;) {
        try {
          return await this.flush();
        } catch (thrown) {
          if (!(thrown instanceof WirekitError) || !thrown.retryable) throw thrown;
          await sleep(Math.min(intervalMs, 100), { signal, clock });
        }
      }
    };
    await withTimeout("Committing", untilTaken, { timeoutMs, clock });
  }

  /** The assignment is over: nothing more is committed. */
  end(): void {
    this.#isOver = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #schedule(afterMs: number): void {
    if (this.#isOver) return;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#cancelTimer = undefined;
      void this.#commit().catch(nothing);
    }, afterMs);
  }

  #commit(): Promise<void> {
    const offsets = this.#options.collect();
    if (offsets.length === 0) return Promise.resolve();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const inFlight = this.#send(offsets).finally(() => {
      if (this.#inFlight === inFlight) this.#inFlight = undefined;
      if (this.#failures === 0 && this.#options.collect().length > 0) this.touch();
    });
    this.#inFlight = inFlight;
    return inFlight;
  }

  async #send(offsets: readonly CommitOffset[]): Promise<void> {
    const { commit, onCommitted, onFailed, intervalMs, random } = this.#options;
    try {
      await commit(offsets);
      this.#failures = 0;
      onCommitted(offsets);
    } catch (thrown) {
      const error = WirekitError.from(thrown);
      this.#failures += 1;
      if (this.#isOver) throw error;
      onFailed(error);
      // What is not retryable is not tried by itself; what is finished next may still be taken.
      const policy = { baseDelayMs: intervalMs, maxDelayMs: Math.max(intervalMs, maxRetryMs) };
      if (error.retryable) this.#schedule(intervalMs / 2 + backoffMs(this.#failures, policy, random));
      throw error;
    }
  }
}

function nothing(): void {}
