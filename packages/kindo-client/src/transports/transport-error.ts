import { ClosedError, ConfigError, ValidationError, WirekitError } from "@wirekit/core";
import { HttpResponseError } from "@wirekit/core/http";
import { SendError } from "../errors.ts";

/** The error for a request that brought no answer, or none that could be read to its end. */
export function transportError(thrown: unknown): WirekitError {
  // These say by themselves what is wrong, and that nothing was sent.
  if (thrown instanceof ClosedError || thrown instanceof ConfigError || thrown instanceof ValidationError) {
    return thrown;
  }
  const cause = WirekitError.from(thrown);
  const message = `Failed to send message: ${cause.message}`;
  const { retryable, details } = cause;
  if (cause instanceof HttpResponseError) {
    const code = cause.status === 200 ? "kindo/no-tracking-id" : "kindo/refused";
    return new SendError(message, { code, retryable, status: cause.status, details, cause });
  }
  return new SendError(message, { code: "kindo/unreachable", retryable, details, cause });
}
