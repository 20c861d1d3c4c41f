import type { Clock } from "@wirekit/core";

interface Timer {
  readonly dueMs: number;
  readonly fire: () => void;
}

/** What is skipped between two looks at the requests that this sets going. */
const stepMs = 50;

/**
 * The time of the embedded SQS and of the buses on it: real time, of which a test can skip some. The embedded
 * SQS runs in the test's own process and reads `Date.now`.
 */
export class QueueTime implements Clock {
  readonly #realNow = Date.now;
  readonly #timers = new Set<Timer>();
  readonly #isQuiet: () => boolean;
  #skippedMs = 0;

  /** @param isQuiet whether no request is under way that could change what SQS holds. */
  constructor(isQuiet: () => boolean) {
    this.#isQuiet = isQuiet;
    Date.now = () => this.now();
  }

  now(): number {
    return this.#realNow.call(Date) + this.#skippedMs;
  }

  monotonic(): number {
    return performance.now() + this.#skippedMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    let cancelReal = () => {};
    const timer: Timer = {
      dueMs: this.monotonic() + delayMs,
      fire: () => {
        cancelReal();
        if (this.#timers.delete(timer)) callback();
      },
    };
    this.#timers.add(timer);
    if (delayMs < 2 ** 31) {
      const handle = setTimeout(() => timer.fire(), delayMs);
      cancelReal = () => clearTimeout(handle);
    }
    return () => {
      this.#timers.delete(timer);
      cancelReal();
    };
  }

  /** Skips time in steps, each no longer than what it sets going, such as the renewal of a lease. */
  async skip(durationMs: number): Promise<void> {
    for (let skipped = 0; skipped < durationMs; skipped += stepMs) {
      this.#skippedMs += stepMs;
      const now = this.monotonic();
      const due = [...this.#timers].filter(({ dueMs }) => dueMs <= now);
      for (const { fire } of due.sort((one, other) => one.dueMs - other.dueMs)) fire();
      do await turn();
      while (!this.#isQuiet());
    }
  }

  /** Gives `Date` its own time back. */
  end(): void {
    Date.now = this.#realNow;
  }
}

/** Lets what a timer has set going become a request. */
async function turn(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
