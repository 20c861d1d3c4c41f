import { setImmediate } from "node:timers/promises";
import type { Clock } from "../clock.ts";

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. Timers fire in their order, each at its own time, and
 * promises settle between them.
 *
 * ```ts
 * const clock = new ManualClock();
 * const client = new SomeClient({ clock });
 * const sending = client.send(message, { timeoutMs: 5_000 });
 * await clock.advance(5_000);
 * await assert.rejects(sending);
 * ```
 */
export class ManualClock implements Clock {
  #startMs: number;
  #elapsedMs = 0;
  readonly #timers = new Set<Timer>();
  readonly #delays: number[] = [];

  /** @param start what {@link ManualClock.now} says at first. Default: 2021-01-01T00:00:00Z. */
  constructor(start: Date = new Date("2021-01-01T00:00:00Z")) {
    this.#startMs = start.getTime();
  }

  /**
   * How many timers have not fired and were not cancelled. 0 means that nothing keeps the process alive any
   * more.
   */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** The delay of every timer that was ever set, in milliseconds, in the order of setting. */
  get delays(): readonly number[] {
    return this.#delays;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  setTimer(callback: () => void, delayMs: number): () => void {
    const timer: Timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), callback };
    this.#delays.push(delayMs);
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Lets everything happen that needs no time to pass. */
  async settle(): Promise<void> {
    // When the event loop comes round, every promise has settled that could, and so have those that waited
    // for it.
    await setImmediate();
  }

  /**
   * Moves on by `durationMs` and fires every timer that comes due on the way. What a timer starts can run,
   * and set timers of its own, before time moves on.
   */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#elapsedMs + durationMs;
    await this.settle();
    for (let timer = this.#nextUntil(untilMs); timer !== undefined; timer = this.#nextUntil(untilMs)) {
      await this.#fire(timer);
    }
    this.#elapsedMs = Math.max(this.#elapsedMs, untilMs);
  }

  /**
   * Moves on to the next timer and fires it.
   *
   * @throws Error when no timer waits.
   */
  async next(): Promise<void> {
    const timer = this.#nextUntil(Number.MAX_VALUE);
    if (timer === undefined) throw new Error(`no timer waits at ${this.#elapsedMs} ms`);
    await this.#fire(timer);
  }

  /**
   * Moves on, timer by timer, until `condition` holds.
   *
   * @throws Error when it does not hold, and no timer is due within `limitMs` (default: a day).
   */
  async runUntil(condition: () => boolean, limitMs = 24 * 3_600_000): Promise<void> {
    const untilMs = this.#elapsedMs + limitMs;
    await this.settle();
    while (!condition()) {
      const timer = this.#nextUntil(untilMs);
      if (timer === undefined) {
        throw new Error(
          `nothing more happens at ${this.#elapsedMs} ms, and this does not hold: ${condition}`,
        );
      }
      await this.advance(Math.max(0, timer.dueMs - this.#elapsedMs));
    }
  }

  /**
   * A process that is stopped, or a blocked event loop: time passes, then all timers that were due run late,
   * at once.
   */
  async freeze(durationMs: number): Promise<void> {
    this.skip(durationMs);
    await this.advance(0);
  }

  /** As {@link freeze}, for use while time is being advanced: what is due runs as that goes on. */
  skip(durationMs: number): void {
    this.#elapsedMs += durationMs;
  }

  /** Sets the wall clock, as an operator or a time server does. Durations and timers do not change. */
  setNow(now: Date): void {
    this.#startMs = now.getTime() - this.#elapsedMs;
  }

  async #fire(timer: Timer): Promise<void> {
    this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
    this.#timers.delete(timer);
    timer.callback();
    await this.settle();
  }

  #nextUntil(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    // Of two that are due at the same time, the one that was set first: a set keeps the order of adding.
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (next === undefined || timer.dueMs < next.dueMs)) next = timer;
    }
    return next;
  }
}
