import {
  ValidationError as CoreValidationError,
  type ErrorDetails,
  type Issue,
  RejectedError,
} from "@wirekit/core";
import type { SignatureReport } from "./signing/signature-report.ts";

/** How the service refused a message. A later release may add codes; it never changes one. */
export type SendErrorCode =
  /** The service answered with a status other than 200; `status` and `body` say more. */
  | "kindo/refused"
  /** The function that was invoked failed by itself (`FunctionError`). */
  | "kindo/function-error";

/** What a {@link SendError} is given. */
export interface SendErrorOptions {
  readonly code: SendErrorCode;
  readonly retryable?: boolean | undefined;
  readonly status: number;
  readonly body?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly signature?: SignatureReport | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

/** The service answered, and refused the message. The original raises `RuntimeError`. */
export class SendError extends RejectedError<SendErrorCode> {
  static override readonly mark: string = "@wirekit/kindo-client/SendError";

  /** The status of the answer. */
  readonly status: number;
  /** The beginning of the answer's body, without credentials, and without what it quotes of the message. */
  readonly body: string | undefined;
  /** How long the service asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What was signed, and what is probably wrong with it, when the service answered 403. */
  readonly signature: SignatureReport | undefined;

  constructor(message: string, options: SendErrorOptions) {
    const { code, retryable, status, details, cause } = options;
    super(message, { code, retryable, cause, details: { status, ...details } });
    this.status = status;
    this.body = options.body;
    this.retryAfterMs = options.retryAfterMs;
    this.signature = options.signature;
  }
}

/**
 * The message does not have the form that is due; nothing was sent. The original raises `ValueError`.
 * `issues` lists all that is wrong, each with its path, and never shows what is in the payload.
 */
export class ValidationError extends CoreValidationError<"kindo/invalid-message"> {
  static override readonly mark: string = "@wirekit/kindo-client/ValidationError";

  constructor(
    issues: readonly Issue[],
    options: {
      readonly describe?: ((issues: readonly Issue[]) => string) | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(issues, { ...options, code: "kindo/invalid-message", prefix: "Invalid message structure" });
  }
}
