import {
  type Clock,
  ConfigError,
  consoleLogger,
  type Issue,
  type Logger,
  type Random,
  type RetryPolicy,
  systemClock,
} from "@wirekit/core";
import type { SqsSdkClient } from "@wirekit/core/aws";
import { resolveRetryPolicy } from "@wirekit/core/kit";
import type { SqsApi, SqsLookup } from "@wirekit/core/sqs";
import { readServiceUrl, type ServiceUrl } from "./service-url.ts";

/** Keys of AWS. */
export interface SqsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** Until when they can be used. A provider is asked again before. */
  readonly expiration?: Date | undefined;
}

/** How a bus over SQS is reached, and how it behaves. */
export interface SqsMessageBusOptions {
  /**
   * The service's base URL, without a queue: `https://sqs.eu-west-1.amazonaws.com`, the same with an account id of 12 digits behind it, or
   * that of another service, `http://localhost:9324`. A target's queue is `<base>/<target>`; at AWS, where that lacks the account, SQS is
   * asked for the queue's URL, once.
   */
  readonly queueUrl: string;
  /** Default: the one that `queueUrl` names where that is AWS's own, else `eu-west-1`. */
  readonly region?: string | undefined;
  /** Default: the AWS SDK's standard chain (environment, profile, role of the machine ...). */
  readonly credentials?: SqsCredentials | (() => Promise<SqsCredentials>) | undefined;
  /** An `SQSClient` of the program's own: it keeps its settings, so that `region` and `credentials` go unused, and is not closed. */
  readonly client?: SqsSdkClient | undefined;
  /** What stands in for SQS, in SQS's own names. With it the AWS SDK is not loaded. */
  readonly sqs?: (SqsApi & SqsLookup) | undefined;
  /**
   * How long a message is held back after it was received, in milliseconds, rounded up to whole seconds, up to 12 hours. Default: as the
   * queue is configured; for consumers, which renew it as long as they need, 30,000.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /**
   * How long SQS keeps each message back before anybody can receive it, in whole seconds up to 900. Default: as the queue is configured.
   * Not for FIFO queues, where SQS takes it from the queue only. (The original sets 10 on every send.)
   */
  readonly delaySeconds?: number | undefined;
  /** The longest that a message waits for company in its request, in milliseconds. Default 0: what is sent in one turn goes together. */
  readonly lingerMs?: number | undefined;
  /**
   * What to do about the order of a key on FIFO queues, whose requests can fail in part: `"strict"` sends one message of each key at a
   * time; `"best-effort"` fills requests with them, and lets what was taken overtake what is tried again. Default `"strict"`.
   */
  readonly orderOnPartialFailure?: "strict" | "best-effort" | undefined;
  /** For requests that fail. Default: three tries within 30 seconds; five for what consumers have handled. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** For one request, the wait of a receive not included, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Where consumers tell what goes wrong. Default: the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** {@link SqsMessageBusOptions}, checked, with the bus's own defaults in their places. */
export interface ResolvedSqsOptions
  extends Pick<
    SqsMessageBusOptions,
    | "credentials"
    | "client"
    | "sqs"
    | "visibilityTimeoutMs"
    | "delaySeconds"
    | "orderOnPartialFailure"
    // As it was given: each engine has defaults of its own for what is left out.
    | "retry"
  > {
  readonly service: ServiceUrl;
  readonly region: string;
  readonly lingerMs: number;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where the original looks for queues, unless it is told. */
export const defaultRegion = "eu-west-1";
/** No message is held longer than this after it was received. */
const maxVisibilityMs = 12 * 60 * 60 * 1_000;
const maxTimerMs = 2_147_483_647;

/** @throws ConfigError naming every option at fault. */
export function resolveSqsOptions(options: SqsMessageBusOptions): ResolvedSqsOptions {
  const issues: Issue[] = [];
  const service = serviceOf(options, issues);
  const region = options.region ?? service?.region ?? defaultRegion;
  checkRetry(options, issues);
  const { lingerMs = 0, timeoutMs = 10_000 } = options;
  checkAll(options, service, issues);
  checkNumber(issues, "lingerMs", lingerMs, { minimum: 0, maximum: maxTimerMs });
  checkNumber(issues, "timeoutMs", timeoutMs, { minimum: 1, maximum: maxTimerMs });
  if (issues.length > 0 || service === undefined) throw new ConfigError(issues);
  const { credentials, client, sqs, visibilityTimeoutMs, delaySeconds, orderOnPartialFailure } = options;
  const { retry, logger = consoleLogger, clock = systemClock, random = Math.random } = options;
  return {
    service,
    region,
    credentials,
    client,
    sqs,
    visibilityTimeoutMs,
    delaySeconds,
    orderOnPartialFailure,
    lingerMs,
    retry,
    timeoutMs,
    logger,
    clock,
    random,
  };
}

/**
 * The visibility time-out in whole seconds, rounded up: a message must not come back too early.
 *
 * @throws ConfigError when SQS does not take so much, or less than `minimumMs`.
 */
export function visibilitySeconds(visibilityTimeoutMs: number, minimumMs: number): number {
  const issues: Issue[] = [];
  checkVisibility(issues, visibilityTimeoutMs, minimumMs);
  if (issues.length > 0) throw new ConfigError(issues);
  return Math.ceil(visibilityTimeoutMs / 1_000);
}

/** @throws ConfigError unless a receive can wait so long. */
export function checkWaitMs(timeoutMs: number): void {
  const issues: Issue[] = [];
  checkNumber(issues, "timeoutMs", timeoutMs, { minimum: 0, maximum: maxTimerMs });
  if (issues.length > 0) throw new ConfigError(issues);
}

function serviceOf({ queueUrl }: SqsMessageBusOptions, issues: Issue[]): ServiceUrl | undefined {
  const path = "queueUrl";
  try {
    // Callers without types forget it, too.
    if (typeof queueUrl === "string") return readServiceUrl(queueUrl);
    issues.push({ path, message: "is required" });
  } catch (thrown) {
    issues.push({ path, message: (thrown as Error).message });
  }
  return undefined;
}

function checkRetry({ retry }: SqsMessageBusOptions, issues: Issue[]): void {
  try {
    resolveRetryPolicy(retry);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    issues.push(...thrown.issues);
  }
}

function checkAll(options: SqsMessageBusOptions, service: ServiceUrl | undefined, issues: Issue[]): void {
  const { region, client, sqs, visibilityTimeoutMs, delaySeconds, orderOnPartialFailure } = options;
  if (region !== undefined && region.trim() === "")
    issues.push({ path: "region", message: "must not be blank" });
  // AWS would refuse every request, because its signature names the wrong region.
  if (region !== undefined && service?.region !== undefined && region !== service.region) {
    issues.push({ path: "region", message: `must be ${service.region}, where queueUrl is` });
  }
  if (client !== undefined && sqs !== undefined) {
    issues.push({ path: "sqs", message: "must not be given together with client" });
  }
  if (visibilityTimeoutMs !== undefined) checkVisibility(issues, visibilityTimeoutMs, 0);
  if (
    delaySeconds !== undefined &&
    !(Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= 900)
  ) {
    issues.push({ path: "delaySeconds", message: "must be whole seconds from 0 to 900" });
  }
  const orders: readonly unknown[] = [undefined, "strict", "best-effort"];
  if (!orders.includes(orderOnPartialFailure)) {
    issues.push({ path: "orderOnPartialFailure", message: 'must be "strict" or "best-effort"' });
  }
}

function checkVisibility(issues: Issue[], value: number, minimum: number): void {
  checkNumber(issues, "visibilityTimeoutMs", value, { minimum, maximum: maxVisibilityMs });
}

function checkNumber(
  issues: Issue[],
  path: string,
  value: number,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
): void {
  if (value >= minimum && value <= maximum) return;
  issues.push({ path, message: `must be a number of milliseconds from ${minimum} to ${maximum}` });
}
