import { type ErrorDetails, WirekitError } from "./wirekit-error.ts";

/**
 * Something did not happen in time. It is retryable. If it is the error of a send, the message never left: a
 * message that went out and was not confirmed in time is an `UnconfirmedError`.
 */
export class TimeoutError extends WirekitError<"wirekit/timeout"> {
  static override readonly mark: string = "@wirekit/core/TimeoutError";

  /** The time limit, in milliseconds. */
  readonly timeoutMs: number;

  /** @param what the thing that took too long, as the subject of a sentence: `"The response"`. */
  constructor(
    what: string,
    timeoutMs: number,
    options: { readonly cause?: unknown; readonly details?: ErrorDetails | undefined } = {},
  ) {
    super(`${what} took longer than ${timeoutMs} ms`, {
      code: "wirekit/timeout",
      retryable: true,
      details: { ...options.details, timeoutMs },
      cause: options.cause,
    });
    this.timeoutMs = timeoutMs;
  }
}
