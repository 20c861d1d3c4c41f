import type { Clock } from "../clock.ts";

/** One timer that may ring too early, never too late: whoever is rung looks what is due, and sets it again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #onRing: () => void;
  #cancel: (() => void) | undefined;

  constructor(clock: Clock, onRing: () => void) {
    this.#clock = clock;
    this.#onRing = onRing;
  }

  /** Makes sure that it rings by `at`, on the monotonic clock; `undefined`: not at all. An alarm that is set is not put off. */
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
