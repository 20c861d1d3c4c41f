import type { Clock } from "../clock.ts";

/** One timer that may ring too early, but never too late. Its owner looks what is due, and sets it again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #onRing: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onRing: () => void) {
    this.#clock = clock;
    this.#onRing = onRing;
  }

  /**
   * Rings by `at`, on the monotonic clock, or not at all if it is `undefined`. A later time does not put off
   * an alarm that is set.
   */
  set(at: number | undefined): void {
    if (at === undefined) this.off();
    else this.#cancel ??= this.#clock.setTimer(() => this.#ring(), Math.max(0, at - this.#clock.monotonic()));
  }

  off(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #ring(): void {
    this.#cancel = undefined;
    this.#onRing();
  }
}
