import { type ErrorDetails, WirekitError } from "./wirekit-error.ts";

/** The peer could not be reached, or the connection broke. Retryable unless said otherwise. */
export class ConnectionError extends WirekitError<"wirekit/connection"> {
  static override readonly mark: string = "@wirekit/core/ConnectionError";

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
}
