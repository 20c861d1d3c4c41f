import type { Clock } from "@wirekit/core";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  /** What was waited for, in milliseconds, in the order of asking. */
  readonly waits: number[] = [];
  #time = Date.parse("2026-01-15T12:00:00Z");
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#time;
  }

  monotonic(): number {
    return this.#time;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer = { dueAt: this.#time + delayMs, callback };
    this.waits.push(delayMs);
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** How many timers are running. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Goes on to the next timer, and lets it go off. */
  async next(): Promise<void> {
    const [timer] = [...this.#timers].sort((one, other) => one.dueAt - other.dueAt);
    if (timer === undefined) throw new Error("No timer is running");
    this.#time = Math.max(this.#time, timer.dueAt);
    this.#timers.delete(timer);
    timer.callback();
    await settled();
  }
}

/** Resolves when every promise that can settle without time or input has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
