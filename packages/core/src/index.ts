export { type Clock, type Random, systemClock } from "./clock.ts";
export type {
  Client,
  CloseOptions,
  CloseReport,
  Health,
  HealthReason,
  HealthStatus,
  SendStats,
} from "./contract.ts";
export { ClosedError } from "./errors/closed-error.ts";
export { ConfigError } from "./errors/config-error.ts";
export { ConnectionError } from "./errors/connection-error.ts";
export { CredentialsError } from "./errors/credentials-error.ts";
export type { Issue } from "./errors/issues.ts";
export { MessageTooLargeError } from "./errors/message-too-large-error.ts";
export { QueueFullError } from "./errors/queue-full-error.ts";
export { RejectedError } from "./errors/rejected-error.ts";
export { TimeoutError } from "./errors/timeout-error.ts";
export { UnconfirmedError } from "./errors/unconfirmed-error.ts";
export { ValidationError, type ValidationErrorOptions } from "./errors/validation-error.ts";
export { type ErrorDetails, WirekitError, type WirekitErrorOptions } from "./errors/wirekit-error.ts";
export type { Env, Overrides } from "./kit/read-env.ts";
export type { WaitOptions } from "./kit/waiting.ts";
export { consoleLogger, type LogFields, type Logger, silentLogger } from "./logger.ts";
export type {
  Delivered,
  Dropped,
  Expired,
  HandleOutcome,
  NotSent,
  Rejected,
  SendOutcome,
  Unconfirmed,
} from "./outcome.ts";
export { redact } from "./redaction/redact.ts";
export { type RedactOptions, redactText } from "./redaction/redact-text.ts";
export { defaultRetryPolicy, type RetryPolicy } from "./retry-policy.ts";
