import {
  type ErrorDetails,
  hasMark,
  type Issue,
  ValidationError,
  WirekitError,
  type WirekitErrorOptions,
} from "@wirekit/core";

/** Every code that an error of this package carries. */
export type AwsMessagingErrorCode =
  | "aws-messaging/invalid-message"
  | "aws-messaging/validation-failed"
  | "aws-messaging/subscription-not-found"
  | "aws-messaging/connection"
  | "aws-messaging/throttled"
  | "aws-messaging/access-denied"
  | "aws-messaging/not-found"
  | "aws-messaging/refused"
  | "aws-messaging/too-large"
  | "aws-messaging/rate-limited"
  | "aws-messaging/processing";

const marks = {
  invalidMessage: Symbol.for("@wirekit/aws-messaging/InvalidMessageError"),
  validationFailed: Symbol.for("@wirekit/aws-messaging/ValidationFailedError"),
  subscriptionNotFound: Symbol.for("@wirekit/aws-messaging/SubscriptionNotFoundError"),
  awsConnection: Symbol.for("@wirekit/aws-messaging/AWSConnectionError"),
  messageProcessing: Symbol.for("@wirekit/aws-messaging/MessageProcessingError"),
} as const;

/** What was received is no message of ours: not JSON, not authentic, or larger than what may be sent. */
export class InvalidMessageError extends WirekitError<AwsMessagingErrorCode> {
  override readonly name: string = "InvalidMessageError";
  readonly [marks.invalidMessage] = true;

  constructor(
    message: string,
    options: {
      readonly code?: AwsMessagingErrorCode;
      readonly details?: ErrorDetails;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { ...options, code: options.code ?? "aws-messaging/invalid-message" });
  }

  /** Whether `value` is one, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is InvalidMessageError {
    return hasMark(value, marks.invalidMessage);
  }
}

/** A message is JSON, but not of the form that its schema asks for. `issues` lists every fault with its path. */
export class ValidationFailedError extends ValidationError<AwsMessagingErrorCode> {
  override readonly name: string = "ValidationFailedError";
  readonly [marks.validationFailed] = true;

  constructor(issues: readonly Issue[], options: { readonly details?: ErrorDetails } = {}) {
    super(issues, {
      ...options,
      code: "aws-messaging/validation-failed",
      prefix: "The message does not fit its schema",
    });
  }

  /** Whether `value` is one, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is ValidationFailedError {
    return hasMark(value, marks.validationFailed);
  }
}

/** A message arrived on a topic for which nobody has subscribed to its event type. It is never deleted for that. */
export class SubscriptionNotFoundError extends WirekitError<AwsMessagingErrorCode> {
  override readonly name: string = "SubscriptionNotFoundError";
  readonly [marks.subscriptionNotFound] = true;

  constructor(message: string, details: ErrorDetails) {
    super(message, { code: "aws-messaging/subscription-not-found", details });
  }

  /** Whether `value` is one, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is SubscriptionNotFoundError {
    return hasMark(value, marks.subscriptionNotFound);
  }
}

/** AWS could not be reached, or refused. `retryable` says whether the same call may succeed later. */
export class AWSConnectionError extends WirekitError<AwsMessagingErrorCode> {
  override readonly name: string = "AWSConnectionError";
  readonly [marks.awsConnection] = true;

  constructor(message: string, options: WirekitErrorOptions<AwsMessagingErrorCode>) {
    super(message, options);
  }

  /** The id under which AWS logged the request, when there was an answer. */
  get requestId(): string | undefined {
    return this.details.requestId as string | undefined;
  }

  /** Whether `value` is one, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is AWSConnectionError {
    return hasMark(value, marks.awsConnection);
  }
}

/** A handler failed, or a message could not be settled. `cause` is what was thrown. */
export class MessageProcessingError extends WirekitError<AwsMessagingErrorCode> {
  override readonly name: string = "MessageProcessingError";
  readonly [marks.messageProcessing] = true;

  constructor(message: string, options: { readonly details?: ErrorDetails; readonly cause?: unknown } = {}) {
    super(message, { ...options, code: "aws-messaging/processing", retryable: true });
  }

  /** Whether `value` is one, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is MessageProcessingError {
    return hasMark(value, marks.messageProcessing);
  }
}
