import {
  ValidationError as CoreValidationError,
  type ErrorDetails,
  type Issue,
  WirekitError,
} from "@wirekit/core";
import type { SignatureReport } from "./signing/signature-report.ts";

/** Why a message could not be sent, or was not accepted. A later release may add codes; it never changes one. */
export type SendErrorCode =
  /** The service answered with a status other than 200; `status` and `body` say more. */
  | "kindo/refused"
  /** The function that was invoked failed by itself (`FunctionError`). */
  | "kindo/function-error"
  /** The service said 200, but not with a `tracking_id`: what became of the message is not known. */
  | "kindo/no-tracking-id"
  /** No connection, or one that broke before the answer was complete. */
  | "kindo/unreachable"
  /** The time for the whole send was over. The message may have arrived. */
  | "kindo/timeout"
  /** The call was aborted when the message was on its way. It may have arrived. Found in outcomes only. */
  | "kindo/aborted"
  /** There were no AWS credentials to sign with. Nothing was sent. */
  | "kindo/no-credentials";

/** What a {@link SendError} is given. */
export interface SendErrorOptions {
  readonly code: SendErrorCode;
  readonly retryable?: boolean | undefined;
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly signature?: SignatureReport | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly cause?: unknown;
}

/** The message was sent and refused, or it could not be sent. The original raises `RuntimeError`. */
export class SendError extends WirekitError<SendErrorCode> {
  static override readonly mark: string = "@wirekit/kindo-client/SendError";

  /** The status of the answer, when there was one. */
  readonly status: number | undefined;
  /** The beginning of the answer's body, without credentials, and without what it quotes of the message. */
  readonly body: string | undefined;
  /** How long the service asks to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What was signed, and what is probably wrong with it, when the service answered 403. */
  readonly signature: SignatureReport | undefined;

  constructor(message: string, options: SendErrorOptions) {
    const { code, retryable, status, details, cause } = options;
    super(message, {
      code,
      retryable,
      cause,
      details: { ...(status === undefined ? {} : { status }), ...details },
    });
    this.status = status;
    this.body = options.body;
    this.retryAfterMs = options.retryAfterMs;
    this.signature = options.signature;
  }
}

/**
 * The message does not have the form that is due; nothing was sent. The original raises `ValueError`. `issues` lists all
 * that is wrong, each with its path, and never shows what is in the payload.
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
