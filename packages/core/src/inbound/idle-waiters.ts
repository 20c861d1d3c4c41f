import type { Clock } from "../clock.ts";
import { type WaitOptions, withTimeout } from "../kit/waiting.ts";

/** Those who wait until there is nothing left to do. */
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

  /** To be called whenever something has come to its end. */
  tell(): void {
    if (this.#listeners.size === 0 || !this.#isIdle()) return;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
