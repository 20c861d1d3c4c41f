import { type ErrorDetails, hasMark, WirekitError } from "./wirekit-error.ts";

const mark = Symbol.for("@wirekit/core/ConnectionError");

/** The peer could not be reached, or the connection broke. Retryable unless said otherwise. */
export class ConnectionError extends WirekitError<"wirekit/connection"> {
  override readonly name: string = "ConnectionError";
  readonly [mark] = true;

  constructor(
    message: string,
    options: {
      readonly cause?: unknown;
      readonly retryable?: boolean | undefined;
      readonly details?: ErrorDetails | undefined;
    } = {},
  ) {
    super(message, { code: "wirekit/connection", ...options, retryable: options.retryable ?? true });
  }

  /** Whether `value` is a connection error, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is ConnectionError {
    return hasMark(value, mark);
  }
}
