export { type Clock, type Random, systemClock } from "./clock.ts";
export { ClosedError } from "./errors/closed-error.ts";
export { ConfigError } from "./errors/config-error.ts";
export { ConnectionError } from "./errors/connection-error.ts";
export { describeIssues, type Issue, memberPath } from "./errors/issues.ts";
export { MessageTooLargeError } from "./errors/message-too-large-error.ts";
export { QueueFullError, type QueueFullErrorOptions } from "./errors/queue-full-error.ts";
export { TimeoutError } from "./errors/timeout-error.ts";
export { ValidationError, type ValidationErrorOptions } from "./errors/validation-error.ts";
export {
  type ErrorDetails,
  hasMark,
  messageOf,
  WirekitError,
  type WirekitErrorOptions,
} from "./errors/wirekit-error.ts";
export { consoleLogger, type LogFields, type Logger, silentLogger } from "./logger.ts";
export { onAbort } from "./on-abort.ts";
export { OpenOnce, once } from "./once.ts";
export type {
  Delivered,
  Dropped,
  Expired,
  HandleOutcome,
  NotSent,
  Rejected,
  SendOutcome,
} from "./outcome.ts";
export { encodePythonJson, type PythonJsonOptions } from "./python-json.ts";
export { type Env, type EnvParser, type EnvVariable, env, type Overrides, readEnv } from "./read-env.ts";
export { redact } from "./redact.ts";
export { excerpt, type RedactOptions, redactText } from "./redact-text.ts";
export { type Attempt, type RetryOptions, retry, type UpcomingRetry } from "./retry.ts";
export { backoffMs, defaultRetryPolicy, type RetryPolicy, resolveRetryPolicy } from "./retry-policy.ts";
export { isSecretName } from "./secret-names.ts";
export {
  anySignal,
  type LinkedSignal,
  rejectOnAbort,
  sleep,
  type WaitOptions,
  withTimeout,
} from "./waiting.ts";
