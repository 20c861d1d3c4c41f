import { type ErrorDetails, hasMark, WirekitError } from "./wirekit-error.ts";

const mark = Symbol.for("@wirekit/core/TimeoutError");

/** Something did not happen in time. Retryable, with the doubt of every time-out: it may have happened after all. */
export class TimeoutError extends WirekitError<"wirekit/timeout"> {
  override readonly name: string = "TimeoutError";
  readonly [mark] = true;

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

  /** Whether `value` is a time-out, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is TimeoutError {
    return hasMark(value, mark);
  }
}
