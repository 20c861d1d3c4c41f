import { ClosedError, type Issue, ValidationError, WirekitError } from "@wirekit/core";
import type { KafkaErrorCode } from "./kafka/kafka-errors.ts";

/** Every code that an error of this package can carry, besides those of core. */
export type MessageBusErrorCode =
  | "message-bus/invalid-message"
  | "message-bus/invalid-body"
  | "message-bus/unknown-receipt"
  | "message-bus/receipt-expired"
  | KafkaErrorCode;

/**
 * What was to be created or sent is no valid message; nothing was sent. `issues` has every fault under its
 * wire path: `payload.external_reference is required`.
 */
export class InvalidMessageError extends ValidationError<"message-bus/invalid-message"> {
  static override readonly mark: string = "@wirekit/message-bus/InvalidMessageError";

  constructor(issues: readonly Issue[], options: { readonly cause?: unknown } = {}) {
    super(issues, { code: "message-bus/invalid-message", cause: options.cause });
  }
}

/**
 * A body that was received is not JSON, or not a valid message. `issues` has every fault under its wire path;
 * a path that is empty means the body as a whole. The body itself is not in the error: a bus hands it over
 * beside it.
 */
export class InvalidBodyError extends ValidationError<"message-bus/invalid-body"> {
  static override readonly mark: string = "@wirekit/message-bus/InvalidBodyError";

  constructor(issues: readonly Issue[], options: { readonly cause?: unknown } = {}) {
    super(issues, { code: "message-bus/invalid-body", prefix: "Invalid body", cause: options.cause });
  }
}

/** What was received cannot be acknowledged by the receipt handle that was given. */
export class ReceiptError extends WirekitError<
  "message-bus/unknown-receipt" | "message-bus/receipt-expired"
> {
  static override readonly mark: string = "@wirekit/message-bus/ReceiptError";
}

/** What was given cannot be a receipt handle: it is refused without asking the broker. */
export class InvalidReceiptError extends ReceiptError {
  static override readonly mark: string = "@wirekit/message-bus/InvalidReceiptError";
  static override readonly alsoMarks: readonly string[] = [ValidationError.mark];

  readonly issues: readonly Issue[];

  constructor(message: string, issues: readonly Issue[]) {
    super(message, { code: "message-bus/unknown-receipt" });
    this.issues = issues;
  }
}

/** What a bus throws that is asked for something when it is closed. */
export function closedError(): ClosedError {
  return new ClosedError("The message bus");
}
