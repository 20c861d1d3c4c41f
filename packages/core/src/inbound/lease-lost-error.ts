import { type ErrorDetails, WirekitError } from "../errors/wirekit-error.ts";

/** The message is no longer ours: somebody else may be handling it by now. What was done for it is not acknowledged. */
export class LeaseLostError extends WirekitError<"wirekit/lease-lost"> {
  static override readonly mark: string = "@wirekit/core/LeaseLostError";

  /** @param why the cause, as a clause: `"it was not renewed in time"`. */
  constructor(
    why: string,
    options: { readonly cause?: unknown; readonly details?: ErrorDetails | undefined } = {},
  ) {
    super(`The lease is lost: ${why}`, { code: "wirekit/lease-lost", retryable: true, ...options });
  }
}
