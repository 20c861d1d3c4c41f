import type { Clock } from "../clock.ts";
import { limitTime } from "./limit-time.ts";

/** The end of a time limit. One object is handed down to everything that has to be done within it. */
export class Deadline {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #startedAt: number;

  /** Starts now. @param timeoutMs `Infinity` never ends. */
  constructor(timeoutMs: number, clock: Clock) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  get elapsedMs(): number {
    return this.#clock.monotonic() - this.#startedAt;
  }

  get isOver(): boolean {
    return this.leftMs() === 0;
  }

  /** The time left, in milliseconds; never below 0. With a `share`, until that share of the time is over. */
  leftMs(share = 1): number {
    return Math.max(0, this.timeoutMs * share - this.elapsedMs);
  }

  /**
   * Settles as the promise of `task` does, or rejects when the time is over. A `task` that throws rejects.
   *
   * @param what the thing that takes the time, as the subject of a sentence: `"The look-up"`.
   * @throws TimeoutError.
   */
  async limit<T>(what: string, task: () => T | PromiseLike<T>, share = 1): Promise<T> {
    const promise = Promise.resolve().then(task);
    if (this.timeoutMs === Number.POSITIVE_INFINITY) return promise;
    return limitTime(what, promise, {
      timeoutMs: this.leftMs(share),
      clock: this.#clock,
    });
  }
}
