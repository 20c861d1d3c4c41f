import { messageOf } from "../errors/wirekit-error.ts";
import type { Logger } from "../logger.ts";
import { catchRejection } from "./catch-rejection.ts";

/**
 * Listeners by event name, each given its event's own type. What a listener throws or rejects with is logged,
 * and the other listeners are called all the same.
 */
export class TypedEvents<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Calls `listener` at every event of this name, until the returned function is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // Wrapped, so that a function that is added twice is called twice, and each can be removed by itself.
    const own = (event: Events[Name]) => listener(event);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        catchRejection((listener as (event: Events[Name]) => void)(event), (reason) =>
          this.#log(name, reason),
        );
      } catch (thrown) {
        this.#log(name, thrown);
      }
    }
  }

  #log(name: keyof Events, thrown: unknown): void {
    this.#logger.error({ event: String(name), error: messageOf(thrown) }, "An event listener has thrown");
  }
}
