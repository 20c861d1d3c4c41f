import type { Clock } from "@wirekit/core";

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is moved: what waits on it waits for {@link ManualClock.advance}. */
export class ManualClock implements Clock {
  #startMs: number;
  #elapsedMs = 0;
  readonly #timers = new Set<Timer>();

  /** @param start what {@link ManualClock.now} says at first. Default: 2021-01-01T00:00:00Z. */
  constructor(start: Date = new Date("2021-01-01T00:00:00Z")) {
    this.#startMs = start.getTime();
  }

  /** Timers that have not fired and were not cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + delayMs, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /**
   * Moves on by `durationMs` and fires every timer that comes due on the way, each at its own time. What a timer sets going
   * has the chance to run, and to set timers of its own, before time moves on. Resolves when all is done.
   */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#elapsedMs + durationMs;
    await turn();
    for (let timer = this.#nextUntil(untilMs); timer !== undefined; timer = this.#nextUntil(untilMs)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      this.#timers.delete(timer);
      timer.callback();
      await turn();
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
  }

  /** Sets the wall clock, as an operator or a time server might. Durations and timers do not change. */
  setNow(now: Date): void {
    this.#startMs = now.getTime() - this.#elapsedMs;
  }

  #nextUntil(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}

/** Lets every promise that can go on do so. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
