import { InvalidBodyError } from "./errors.ts";
import type { Received, ReceivedInvalid } from "./received.ts";

/** What the original gives for a message: its dictionary, in wire spelling, by its receipt handle. */
export type ReceivedDictionary = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * What the original's classes return for what was received: the body as it stood on the wire, fields that no
 * payload knows included. As there, a payload is not judged: a dictionary that was sent as it is, such as the
 * original's own example of a payment without a direction, arrives.
 *
 * @throws ReceivedInvalidError for a body that is not JSON or no valid envelope.
 */
export function dictionaryOf(received: Received<unknown>): ReceivedDictionary {
  if (received.kind === "invalid" && !hasValidEnvelope(received)) throw new ReceivedInvalidError(received);
  // That it is a JSON object has been seen.
  return { [received.receiptHandle]: JSON.parse(received.raw) as Readonly<Record<string, unknown>> };
}

/** Whether all that is wrong is inside the payload. */
function hasValidEnvelope({ error }: ReceivedInvalid): boolean {
  return error.issues.every(({ path }) => path.startsWith("payload."));
}

/**
 * What the original's classes throw where a bus hands over an invalid body: `received` has the body as it
 * came, and the receipt handle by which to delete it once it has been kept elsewhere. Neither is shown when
 * the error is logged.
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
