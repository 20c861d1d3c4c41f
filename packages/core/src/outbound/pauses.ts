import type { Clock } from "../clock.ts";
import type { Entry } from "./entry.ts";

/** The entries that are tried again after a pause. */
export class Pauses<Item, Receipt> {
  readonly #clock: Clock;
  /** By what cancels their pause. */
  readonly #entries = new Map<() => void, readonly Entry<Item, Receipt>[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(entries: readonly Entry<Item, Receipt>[], delayMs: number, onOver: () => void): void {
    const cancel = this.#clock.setTimer(() => {
      this.#entries.delete(cancel);
      onOver();
    }, delayMs);
    this.#entries.set(cancel, entries);
  }

  /** Ends them all; nobody is told. */
  cancel(): void {
    for (const cancel of this.#entries.keys()) cancel();
    this.#entries.clear();
  }

  *[Symbol.iterator](): Generator<Entry<Item, Receipt>, void> {
    for (const entries of this.#entries.values()) yield* entries;
  }
}
