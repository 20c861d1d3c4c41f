import { messageOf } from "../errors/wirekit-error.ts";
import type { Logger } from "../logger.ts";
import { catchRejection } from "./catch-rejection.ts";

/**
 * Wraps a listener of the user's. The wrapper never throws and never rejects: it logs what the listener
 * throws or rejects with, under `name`.
 */
export function loggedListener<Event>(
  name: string,
  listener: ((event: Event) => void) | undefined,
  logger: Logger,
): (event: Event) => void {
  const log = (thrown: unknown) => logger.error({ error: messageOf(thrown) }, `${name} has thrown`);
  return (event) => {
    try {
      catchRejection(listener?.(event), log);
    } catch (thrown) {
      log(thrown);
    }
  };
}
