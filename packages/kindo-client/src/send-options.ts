import type { SendStats, WaitOptions } from "@wirekit/core";
import { Faults, maxTimerMs, type OptionRules, option, readOptions } from "@wirekit/core/kit";
import type { SendManyProgress } from "./outcome.ts";
import type { ConnectionCounts } from "./transports/producer-transport.ts";

/** What one send can be given. */
export interface SendOptions extends WaitOptions {
  /** Goes out as the `Idempotency-Key` header, with every retry of this send. Not possible with an ARN. */
  readonly idempotencyKey?: string | undefined;
}

/** The service has accepted a message. */
export interface SendReceipt {
  /** The service's id for it. */
  readonly trackingId: string;
  /** How often it was sent: more than 1 means that it may have arrived twice. */
  readonly attempts: number;
}

/** What sending many can be given. `timeoutMs` is for each message; `signal` ends it all. */
export interface SendStreamOptions extends WaitOptions {
  /** Messages on their way at a time. Default 16. */
  readonly concurrency?: number | undefined;
}

/** What sending many, with a report at the end, can be given. */
export interface SendManyOptions extends SendStreamOptions {
  /** Told after every message. */
  readonly onProgress?: ((progress: SendManyProgress) => void) | undefined;
}

/** What a client has done so far, and what it is doing. */
export interface KindoStats {
  /** What became of the messages that it was given. */
  readonly sends: SendStats;
  /** Connections to the service; absent where something else holds them (`fetch`, the AWS SDK). */
  readonly connections?: ConnectionCounts | undefined;
}

const waitRules = {
  signal: option.signal(),
  timeoutMs: option.durationMs({ minimum: 1, unlimited: "allowed" }),
};
const sendRules = { ...waitRules, idempotencyKey: option.unchecked<string | undefined>() };
const streamRules = { ...waitRules, concurrency: option.whole({ minimum: 1, default: 16 }) };
const manyRules = { ...streamRules, onProgress: option.fn<(progress: SendManyProgress) => void>() };

/** What is wrong with any other text as an idempotency key. */
export const idempotencyKeyForm = "must be 1 to 255 visible ASCII characters";

export function isIdempotencyKey(key: unknown): key is string {
  return typeof key === "string" && /^[!-~]{1,255}$/.test(key);
}

/** @throws ConfigError naming every option that cannot be used. */
export function checkSendOptions(options: SendOptions, way: "url" | "arn"): void {
  if (areUsable(options, way)) return;
  const faults = new Faults();
  const { idempotencyKey } = readOptions(options, sendRules, faults);
  if (idempotencyKey !== undefined && way === "arn")
    faults.add({ path: "idempotencyKey", message: "has no place in an invocation by ARN" });
  else if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey))
    faults.add({ path: "idempotencyKey", message: idempotencyKeyForm });
  faults.throwIfAny();
}

/**
 * The options of a bulk send, with their defaults.
 *
 * @throws ConfigError naming every option that cannot be used, and `messages` if it cannot be iterated.
 */
export function resolveStreamOptions(messages: unknown, options: SendStreamOptions) {
  return resolved(messages, options, streamRules);
}

/** As {@link resolveStreamOptions}, for a bulk send that ends in a report. */
export function resolveManyOptions(messages: unknown, options: SendManyOptions) {
  return resolved(messages, options, manyRules);
}

function resolved<const Rules extends OptionRules>(messages: unknown, options: object, rules: Rules) {
  const faults = new Faults();
  const isIterable =
    typeof messages === "object" &&
    messages !== null &&
    (Symbol.iterator in messages || Symbol.asyncIterator in messages);
  if (!isIterable)
    faults.add({ path: "messages", message: "must be an array, or something else that can be iterated" });
  const read = readOptions(options, rules, faults);
  faults.throwIfAny();
  return read;
}

/** A quick look, because it is taken with every send; `readOptions` finds the words for what is wrong. */
function areUsable(options: SendOptions, way: "url" | "arn"): boolean {
  if (typeof options !== "object" || options === null) return false;
  for (const name in options) {
    const value: unknown = options[name as keyof SendOptions];
    if (value !== undefined && !isUsable(name, value, way)) return false;
  }
  return true;
}

function isUsable(name: string, value: unknown, way: "url" | "arn"): boolean {
  switch (name) {
    case "signal":
      return value instanceof AbortSignal;
    case "timeoutMs":
      return (
        typeof value === "number" && value >= 1 && (value <= maxTimerMs || value === Number.POSITIVE_INFINITY)
      );
    case "idempotencyKey":
      return way === "url" && isIdempotencyKey(value);
    default:
      return false;
  }
}
