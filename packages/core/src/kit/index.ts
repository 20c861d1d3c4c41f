export { describeIssues, memberPath } from "../errors/issues.ts";
export { messageOf } from "../errors/wirekit-error.ts";
export type { Reservation, ReservationRequest } from "../inbound/capacity.ts";
export type { QueueEntry, Slot } from "../inbound/key-queues.ts";
export { LazySource, type LazySourceOptions } from "../inbound/lazy-source.ts";
export {
  type LeaseRenewal,
  type LeaseRenewalResult,
  type LeaseStats,
  Leases,
  type LeasesOptions,
} from "../inbound/leases.ts";
export { Slots } from "../inbound/slots.ts";
export type { SlotsOptions } from "../inbound/slots-options.ts";
export { type RedactErrorOptions, redactError } from "../redaction/redact-error.ts";
export { excerpt } from "../redaction/redact-text.ts";
export { isSecretName } from "../redaction/secret-names.ts";
export { backoffMs, resolveRetryPolicy } from "../retry-policy.ts";
export { isBytes, isValidDate } from "./by-tag.ts";
export { watchCaller } from "./caller-watch.ts";
export { Closing } from "./closing.ts";
export { Deadline } from "./deadline.ts";
export { ExpiringValue, type ExpiringValueOptions } from "./expiring-value.ts";
export { failedOutcome } from "./failed-outcome.ts";
export { Faults } from "./faults.ts";
export { type FromEnvOptions, makeFromEnv } from "./from-env.ts";
export { LinkedList, type ListMember } from "./linked-list.ts";
export { loggedListener } from "./logged-listener.ts";
export { onAbort } from "./on-abort.ts";
export { OpenOnce, once } from "./once.ts";
export {
  checkDurationMs,
  checkFunction,
  checkNumber,
  checkOneOf,
  checkWhole,
  maxTimerMs,
  type NumberRange,
} from "./option-checks.ts";
export { isSignal, option, type Presence } from "./option-rules.ts";
export { peerFailure } from "./peer-failure.ts";
export { encodePythonJson, type PythonJsonOptions } from "./python-json.ts";
export { type EnvParser, type EnvVariable, env, readEnv } from "./read-env.ts";
export { type OptionRule, type OptionRules, type OptionsOf, readOptions } from "./read-options.ts";
export { type Attempt, type RetryOptions, retry, type UpcomingRetry } from "./retry.ts";
export { safeLogger } from "./safe-logger.ts";
export { SendCounter } from "./send-counter.ts";
export { Troubles } from "./troubles.ts";
export { TypedEvents } from "./typed-events.ts";
export { anySignal, type LinkedSignal, rejectOnAbort, sleep, withTimeout } from "./waiting.ts";
