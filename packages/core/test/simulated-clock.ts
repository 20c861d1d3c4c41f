import type { Clock } from "../src/index.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that passes only when a test says so; timers run in their order, and promises settle between them. */
export class SimulatedClock implements Clock {
  #elapsed = 0;
  #wall = Date.UTC(2026, 0, 1);
  #order = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#wall + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { at: this.#elapsed + Math.max(0, delayMs), order: this.#order++, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Timers that wait: 0 once nothing keeps the process alive any more. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Sets the wall clock, as an administrator or NTP does; durations do not notice. */
  jumpWallClock(byMs: number): void {
    this.#wall += byMs;
  }

  /** Lets everything happen that needs no time to pass. */
  async settle(): Promise<void> {
    // By the time the loop comes round, all promises that could settle have done so, and those that hang on them.
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Lets time pass, timer by timer. */
  async advance(byMs: number): Promise<void> {
    const until = this.#elapsed + byMs;
    await this.settle();
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#elapsed = Math.max(this.#elapsed, timer.at);
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.callback();
      await this.settle();
    }
    this.#elapsed = Math.max(this.#elapsed, until);
  }

  /** A process that was stopped, or a blocked event loop: time has passed, and all timers that were due run late, at once. */
  async freeze(forMs: number): Promise<void> {
    this.skip(forMs);
    await this.advance(0);
  }

  /** As {@link freeze}, for use while time is being advanced: what is due runs as that goes on. */
  skip(forMs: number): void {
    this.#elapsed += forMs;
  }

  /** Advances timer by timer until `done` says so; fails when nothing is left to wait for, or after `limitMs`. */
  async runUntil(done: () => boolean, limitMs = 24 * 3_600_000): Promise<void> {
    const until = this.#elapsed + limitMs;
    await this.settle();
    while (!done()) {
      const timer = this.#next(until);
      if (timer === undefined)
        throw new Error(`nothing more happens at ${this.#elapsed} ms, and it is not done`);
      await this.advance(Math.max(0, timer.at - this.#elapsed));
    }
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const isEarlier =
        next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order);
      if (timer.at <= until && isEarlier) next = timer;
    }
    return next;
  }
}
