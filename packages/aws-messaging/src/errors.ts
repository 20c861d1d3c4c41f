import { type ErrorDetails, type Issue, ValidationError, WirekitError } from "@wirekit/core";

/** Every code that an error of this package carries. */
export type AwsMessagingErrorCode =
  | "aws-messaging/invalid-message"
  | "aws-messaging/validation-failed"
  | "aws-messaging/subscription-not-found"
  | "aws-messaging/rate-limited"
  | "aws-messaging/processing";

/** What was received is no message of ours: not JSON, not authentic, or larger than what may be sent. */
export class InvalidMessageError extends ValidationError<AwsMessagingErrorCode> {
  static override readonly mark: string = "@wirekit/aws-messaging/InvalidMessageError";

  constructor(
    message: string,
    options: {
      readonly code?: AwsMessagingErrorCode;
      readonly details?: ErrorDetails;
      readonly cause?: unknown;
    } = {},
  ) {
    const { code = "aws-messaging/invalid-message" } = options;
    super([{ path: "", message }], { ...options, code, message });
  }
}

/**
 * A message is JSON, but not of the form that its schema asks for. `issues` lists every fault with its path.
 */
export class ValidationFailedError extends ValidationError<AwsMessagingErrorCode> {
  static override readonly mark: string = "@wirekit/aws-messaging/ValidationFailedError";

  constructor(issues: readonly Issue[], options: { readonly details?: ErrorDetails } = {}) {
    super(issues, {
      ...options,
      code: "aws-messaging/validation-failed",
      prefix: "The message does not fit its schema",
    });
  }
}

/**
 * A message arrived on a topic that has no subscription for its type of event. It is never deleted for that.
 */
export class SubscriptionNotFoundError extends ValidationError<AwsMessagingErrorCode> {
  static override readonly mark: string = "@wirekit/aws-messaging/SubscriptionNotFoundError";

  constructor(message: string, details: ErrorDetails) {
    super([{ path: "", message }], { code: "aws-messaging/subscription-not-found", details, message });
  }
}

/** AWS could not be reached, or refused. `retryable` says whether the same call may succeed later. */
export { AwsError as AWSConnectionError } from "@wirekit/core/aws";

/** A handler failed, or a message could not be settled. `cause` is what was thrown. */
export class MessageProcessingError extends WirekitError<AwsMessagingErrorCode> {
  static override readonly mark: string = "@wirekit/aws-messaging/MessageProcessingError";

  constructor(message: string, options: { readonly details?: ErrorDetails; readonly cause?: unknown } = {}) {
    super(message, { ...options, code: "aws-messaging/processing", retryable: true });
  }
}
