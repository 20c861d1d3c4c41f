import { type ErrorDetails, WirekitError } from "./wirekit-error.ts";

/**
 * The message went out, and nothing says what became of it: it **may have arrived**, and may still. This is
 * the only error of a send that says so; after every other one the message has not been delivered.
 *
 * `retryable` is `false`, because a second send could double the message. Send it again where its receivers
 * recognise a copy, by an idempotency key.
 */
export class UnconfirmedError extends WirekitError<"wirekit/unconfirmed"> {
  static override readonly mark: string = "@wirekit/core/UnconfirmedError";

  /**
   * @param what what was sent, as the subject of a sentence: `"The message to \"orders\""`.
   * @param options.cause why nothing is known: a time-out, a broken connection, the reason of an abort.
   */
  constructor(
    what: string,
    options: { readonly cause?: unknown; readonly details?: ErrorDetails | undefined } = {},
  ) {
    // Our own texts are safe to show; a stranger's may quote what was sent.
    const why = options.cause instanceof WirekitError ? ` (${options.cause.message})` : "";
    super(`${what} was sent, but not confirmed: it may have arrived${why}`, {
      code: "wirekit/unconfirmed",
      ...options,
    });
  }
}
