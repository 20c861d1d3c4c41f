import { type ErrorDetails, WirekitError } from "./wirekit-error.ts";

/**
 * Something did not happen in time. Retryable, with the doubt of every time-out: it may have happened after
 * all.
 */
export class TimeoutError extends WirekitError<"wirekit/timeout"> {
  static override readonly mark: string = "@wirekit/core/TimeoutError";

  /** How long was waited, in milliseconds. */
  readonly timeoutMs: number;

  /** @param what what was waited for, as the subject of a sentence: `"The response"`. */
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
