import { messageOf } from "../errors/wirekit-error.ts";
import type { Logger } from "../logger.ts";

/** A user's listener that never throws: a fault of his is logged under `name`, and is none of whoever tells him. */
export function loggedListener<Event>(
  name: string,
  listener: ((event: Event) => void) | undefined,
  logger: Logger,
): (event: Event) => void {
  return (event) => {
    try {
      listener?.(event);
    } catch (thrown) {
      logger.error({ error: messageOf(thrown) }, `${name} has thrown`);
    }
  };
}
