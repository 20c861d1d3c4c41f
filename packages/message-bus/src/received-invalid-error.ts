import { InvalidBodyError } from "./errors.ts";
import type { ReceivedInvalid } from "./received.ts";

/**
 * What the original's classes throw where a bus hands over an invalid body: `received` has the body as it came, and the receipt handle by
 * which to delete it once it has been kept elsewhere. Neither is shown when the error is logged.
 */
export class ReceivedInvalidError extends InvalidBodyError {
  static override readonly mark: string = "@wirekit/message-bus/ReceivedInvalidError";
  // Private, because whatever prints an error prints its own properties, and bodies belong into no log.
  readonly #received: ReceivedInvalid;

  constructor(received: ReceivedInvalid) {
    super(received.error.issues);
    this.#received = received;
  }

  get received(): ReceivedInvalid {
    return this.#received;
  }
}
