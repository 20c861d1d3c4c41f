import { hasMark } from "@wirekit/core";
import { InvalidBodyError } from "./errors.ts";
import type { ReceivedInvalid } from "./received.ts";

const mark = Symbol.for("@wirekit/message-bus/ReceivedInvalidError");

/**
 * What the original's classes throw where a bus hands over an invalid body: `received` has the body as it came, and the receipt handle by
 * which to delete it once it has been kept elsewhere. Neither is shown when the error is logged.
 */
export class ReceivedInvalidError extends InvalidBodyError {
  override readonly name: string = "ReceivedInvalidError";
  readonly [mark] = true;
  // Private, because whatever prints an error prints its own properties, and bodies belong into no log.
  readonly #received: ReceivedInvalid;

  constructor(received: ReceivedInvalid) {
    super(received.error.issues);
    this.#received = received;
  }

  get received(): ReceivedInvalid {
    return this.#received;
  }

  /** Whether `value` is such an error, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is ReceivedInvalidError {
    return hasMark(value, mark);
  }
}
