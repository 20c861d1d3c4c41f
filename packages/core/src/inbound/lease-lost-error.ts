import { type ErrorDetails, hasMark, WirekitError } from "../errors/wirekit-error.ts";

const mark = Symbol.for("@wirekit/core/LeaseLostError");

/** The message is no longer ours: somebody else may be handling it by now. What was done for it is not acknowledged. */
export class LeaseLostError extends WirekitError<"wirekit/lease-lost"> {
  override readonly name: string = "LeaseLostError";
  readonly [mark] = true;

  /** @param why the cause, as a clause: `"it was not renewed in time"`. */
  constructor(
    why: string,
    options: { readonly cause?: unknown; readonly details?: ErrorDetails | undefined } = {},
  ) {
    super(`The lease is lost: ${why}`, { code: "wirekit/lease-lost", retryable: true, ...options });
  }

  /** Whether `value` says that a lease was lost, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is LeaseLostError {
    return hasMark(value, mark);
  }
}
