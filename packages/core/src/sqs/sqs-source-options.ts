import { type Clock, type Random, systemClock } from "../clock.ts";
import type { Issue } from "../errors/issues.ts";
import { checkDurationMs, checkWhole, throwFaults } from "../kit/option-checks.ts";
import { consoleLogger, type Logger } from "../logger.ts";
import { type RetryPolicy, resolveRetryPolicy } from "../retry-policy.ts";
import { isFifoQueue } from "./queue-name.ts";
import { maxBatchEntries, maxLeaseMs, type SqsApi } from "./sqs-api.ts";
import type { SqsDelivery } from "./sqs-delivery.ts";

/** How a queue is received from. */
export interface SqsSourceOptions<D extends SqsDelivery = SqsDelivery> {
  readonly sqs: Omit<SqsApi, "sendMessageBatch">;
  /** A name that ends in `.fifo` makes it a FIFO queue: its groups are handled in order. */
  readonly queueUrl: string;
  /**
   * How long a message is ours after the receive and after each renewal, in milliseconds, in whole seconds.
   * Default 30,000.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /** How long one receive waits for messages, in milliseconds, in whole seconds up to 20. Default 20,000. */
  readonly waitTimeMs?: number | undefined;
  /**
   * The most receives under way at once. One waits while there is nothing; more follow while receives come
   * back full. Default 16.
   */
  readonly maxReceives?: number | undefined;
  /**
   * The most messages in one receive, up to 10. Default 10; on a FIFO queue 3, because SQS fills a receive
   * with messages of one group, and those behind one that fails are released, which its redrive policy counts
   * as if they had failed too.
   */
  readonly receiveSize?: number | undefined;
  /**
   * The longest that a delete or a change of visibility waits for company, in milliseconds, up to 50. Default
   * 50.
   */
  readonly settleLingerMs?: number | undefined;
  /** For deletes and changes of visibility. Default: five tries within 30 seconds. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** For one request, the wait of a receive not included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Adds what the consumer's own code knows of a delivery. Default: nothing. */
  readonly toDelivery?: ((delivery: SqsDelivery) => D) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** {@link SqsSourceOptions} with every default in its place. */
export interface ResolvedSqsSourceOptions {
  readonly sqs: Omit<SqsApi, "sendMessageBatch">;
  readonly queueUrl: string;
  readonly visibilityTimeoutMs: number;
  readonly waitTimeMs: number;
  readonly maxReceives: number;
  readonly receiveSize: number;
  readonly settleLingerMs: number;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const fifoReceiveSize = 3;
const maxWaitTimeMs = 20_000;
const maxLingerMs = 50;

/** @throws ConfigError naming every option at fault. */
export function resolveSqsSourceOptions(
  options: Omit<SqsSourceOptions, "toDelivery">,
): ResolvedSqsSourceOptions {
  const { sqs, queueUrl, logger = consoleLogger, clock = systemClock, random = Math.random } = options;
  const isFifo = isFifoQueue(queueUrl);
  const resolved = {
    sqs,
    queueUrl,
    visibilityTimeoutMs: options.visibilityTimeoutMs ?? 30_000,
    waitTimeMs: options.waitTimeMs ?? maxWaitTimeMs,
    maxReceives: options.maxReceives ?? 16,
    receiveSize: options.receiveSize ?? (isFifo ? fifoReceiveSize : maxBatchEntries),
    settleLingerMs: options.settleLingerMs ?? maxLingerMs,
    retry: resolveRetryPolicy({ maxAttempts: 5, ...options.retry }),
    timeoutMs: options.timeoutMs ?? 10_000,
    logger,
    clock,
    random,
  };
  throwFaults([
    ...findSqsSourceFaults(resolved),
    checkDurationMs("timeoutMs", resolved.timeoutMs, { minimum: 1 }),
  ]);
  return resolved;
}

/**
 * What is wrong with the options that say how a queue is received from; for those who open a source later
 * than they are given them.
 */
export function findSqsSourceFaults({
  visibilityTimeoutMs = 1_000,
  waitTimeMs = 0,
  maxReceives = 1,
  receiveSize = 1,
  settleLingerMs = 0,
}: Pick<
  SqsSourceOptions,
  "visibilityTimeoutMs" | "waitTimeMs" | "maxReceives" | "receiveSize" | "settleLingerMs"
>): Issue[] {
  return [
    wholeSeconds("visibilityTimeoutMs", visibilityTimeoutMs, {
      minimum: 1,
      maximum: maxLeaseMs / 1000,
    }),
    wholeSeconds("waitTimeMs", waitTimeMs, { minimum: 0, maximum: maxWaitTimeMs / 1000 }),
    checkWhole("maxReceives", maxReceives, { minimum: 1 }),
    receiveSize > maxBatchEntries
      ? { path: "receiveSize", message: `must be at most ${maxBatchEntries}` }
      : checkWhole("receiveSize", receiveSize, { minimum: 1 }),
    settleLingerMs > maxLingerMs
      ? { path: "settleLingerMs", message: `must be at most ${maxLingerMs}` }
      : checkDurationMs("settleLingerMs", settleLingerMs, { minimum: 0 }),
  ].filter((issue) => issue !== undefined);
}

function wholeSeconds(
  path: string,
  ms: unknown,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
) {
  // Not for `null`, which counts as 0.
  const seconds = typeof ms === "number" ? ms / 1000 : Number.NaN;
  if (Number.isInteger(seconds) && seconds >= minimum && seconds <= maximum) return undefined;
  return { path, message: `must be whole seconds from ${minimum} to ${maximum}, in milliseconds` };
}
