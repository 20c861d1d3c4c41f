import type { Clock } from "../clock.ts";
import { afterInput } from "../kit/after-input.ts";
import { type WaitOptions, withTimeout } from "../kit/waiting.ts";

/** What one pass has done. */
export interface Pass {
  /** How many tasks it has begun. */
  readonly begun: number;
  /** Whether there is more to do at once. */
  readonly isMore: boolean;
}

/**
 * After this many tasks the event loop runs. Tasks that never wait for anything would otherwise hold up
 * heartbeats and renewals until none is left.
 */
const tasksPerTurn = 256;

/**
 * Begins tasks: never inside of the call that asks for it, once however often it is asked, and never while it
 * runs.
 */
export class WorkLoop {
  readonly #pass: () => Pass;
  #isScheduled = false;
  #isRunning = false;
  #begun = 0;

  /** @param pass looks at everything there is to do, also at what comes while it runs. */
  constructor(pass: () => Pass) {
    this.#pass = pass;
  }

  schedule(): void {
    if (this.#isScheduled || this.#isRunning) return;
    this.#isScheduled = true;
    if (this.#begun < tasksPerTurn) {
      queueMicrotask(this.#run);
      return;
    }
    this.#begun = 0;
    afterInput(this.#run);
  }

  readonly #run = (): void => {
    this.#isScheduled = false;
    this.#isRunning = true;
    const { begun, isMore } = this.#pass();
    this.#isRunning = false;
    this.#begun += begun;
    if (isMore) this.schedule();
  };
}

/** Callers that wait until there is nothing left to do. */
export class IdleWaiters {
  readonly #isIdle: () => boolean;
  readonly #listeners = new Set<() => void>();

  constructor(isIdle: () => boolean) {
    this.#isIdle = isIdle;
  }

  /** @throws TimeoutError; the signal's own reason. */
  async wait(options: WaitOptions & { readonly clock: Clock }): Promise<void> {
    let forget: () => void = () => undefined;
    const idle = new Promise<void>((resolve) => {
      if (this.#isIdle()) return resolve();
      this.#listeners.add(resolve);
      forget = () => this.#listeners.delete(resolve);
    });
    await withTimeout("Becoming idle", () => idle, options).finally(forget);
  }

  /** Call it whenever something has come to its end. */
  check(): void {
    if (this.#listeners.size === 0 || !this.#isIdle()) return;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
