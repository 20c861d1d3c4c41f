import type { Clock, Logger, Random, RetryPolicy } from "@wirekit/core";
import { type AwsCredentialsOption, credentialsOption, type SqsSdkClient } from "@wirekit/core/aws";
import { type HttpProxyOptions, httpTransportRules } from "@wirekit/core/http";
import {
  env,
  Faults,
  messageOf,
  type OptionRule,
  option,
  readOptions,
  resolveRetryPolicy,
} from "@wirekit/core/kit";
import { maxLeaseMs, type SqsApi, type SqsLookup } from "@wirekit/core/sqs";
import { readServiceUrl, type ServiceUrl } from "./service-url.ts";

/** How a bus over SQS is reached, and how it behaves. */
export interface SqsMessageBusOptions {
  /**
   * The service's base URL, without a queue: `https://sqs.eu-west-1.amazonaws.com`, the same with an account
   * id of 12 digits behind it, or that of another service, `http://localhost:9324`. A target's queue is
   * `<base>/<target>`; at AWS, where that lacks the account, SQS is asked for the queue's URL, once.
   */
  readonly queueUrl: string;
  /** Default: the one that `queueUrl` names where that is AWS's own, else `eu-west-1`. */
  readonly region?: string | undefined;
  /** Default: the AWS SDK's standard chain (environment, profile, role of the machine ...). */
  readonly credentials?: AwsCredentialsOption | undefined;
  /** Proxies to go through. `fromEnv` reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Default: none. */
  readonly proxy?: HttpProxyOptions | undefined;
  /**
   * An `SQSClient` of the program's own: it keeps its settings, so that `region`, `credentials` and `proxy`
   * go unused, and is not closed.
   */
  readonly client?: SqsSdkClient | undefined;
  /** What stands in for SQS, in SQS's own names. With it the AWS SDK is not loaded. */
  readonly sqs?: (SqsApi & SqsLookup) | undefined;
  /**
   * How long a message is held back after it was received, in milliseconds, rounded up to whole seconds, up
   * to 12 hours. Default: as the queue is configured; for consumers, which renew it as long as they need,
   * 30,000.
   */
  readonly visibilityTimeoutMs?: number | undefined;
  /**
   * How long SQS keeps each message back before anybody can receive it, in whole seconds up to 900. Default:
   * as the queue is configured. Not for FIFO queues, where SQS takes it from the queue only. (The original
   * sets 10 on every send.)
   */
  readonly delaySeconds?: number | undefined;
  /**
   * The longest that a message waits for company in its request, in milliseconds. Default 0: what is sent in
   * one turn goes together.
   */
  readonly lingerMs?: number | undefined;
  /**
   * What to do about the order of a key on FIFO queues, whose requests can fail in part: `"strict"` sends one
   * message of each key at a time; `"best-effort"` fills requests with them, and lets what was taken overtake
   * what is tried again. Default `"strict"`.
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
    | "proxy"
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

/** @throws ConfigError naming every option at fault. */
export function resolveSqsOptions(options: SqsMessageBusOptions): ResolvedSqsOptions {
  const faults = new Faults();
  const { queueUrl: service, region, ...read } = readOptions(options, rules, faults);
  // AWS would refuse every request, because its signature names the wrong region.
  if (region !== undefined && service?.region !== undefined && region !== service.region) {
    faults.add({
      path: "region",
      message: `must be ${service.region}, where queueUrl is`,
    });
  }
  if (read.client !== undefined && read.sqs !== undefined) {
    faults.add({
      path: "sqs",
      message: "must not be given together with client",
    });
  }
  if (!faults.has("retry")) faults.collect(() => resolveRetryPolicy(read.retry));
  faults.throwIfAny();
  return {
    ...read,
    service: service as ServiceUrl,
    region: region ?? service?.region ?? defaultRegion,
  };
}

/** The time in whole seconds, rounded up, so that a message does not come back too early. */
export function toSeconds(durationMs: number): number {
  return Math.ceil(durationMs / 1_000);
}

/** A rule for how long a message is held back: up to 12 hours, as SQS does. */
export function visibilityRule({ minimum }: { readonly minimum: number }) {
  return option.number({ minimum, maximum: maxLeaseMs });
}

const serviceRule: OptionRule<ServiceUrl | undefined> = (value, path, faults) => {
  if (value === undefined) faults.add({ path, message: "is required" });
  else if (typeof value !== "string") faults.add({ path, message: "must be an http(s) URL" });
  else {
    try {
      return readServiceUrl(value);
    } catch (thrown) {
      faults.add({ path, message: messageOf(thrown) });
    }
  }
  return undefined;
};

/** Other services than AWS have names of their own for it; it stands in the signature. */
const regionForm = { pattern: /^[a-z0-9-]+$/i, expected: "must be letters, digits and hyphens" };

const rules = {
  queueUrl: serviceRule,
  region: option.text(regionForm),
  credentials: credentialsOption(),
  proxy: httpTransportRules.proxy,
  client: option.methods<SqsSdkClient>(["send"]),
  sqs: option.methods<SqsApi & SqsLookup>([
    "sendMessageBatch",
    "receiveMessage",
    "deleteMessageBatch",
    "changeMessageVisibilityBatch",
    "getQueueUrl",
  ]),
  visibilityTimeoutMs: visibilityRule({ minimum: 0 }),
  delaySeconds: option.whole({ minimum: 0, maximum: 900 }),
  lingerMs: option.durationMs({ minimum: 0, default: 0 }),
  orderOnPartialFailure: option.oneOf(["strict", "best-effort"]),
  // As it was given: each engine has defaults of its own for what is left out.
  retry: option.optionalGroup({
    maxAttempts: option.unchecked<number | undefined>(),
    maxElapsedMs: option.unchecked<number | undefined>(),
    baseDelayMs: option.unchecked<number | undefined>(),
    maxDelayMs: option.unchecked<number | undefined>(),
  }) as OptionRule<Partial<RetryPolicy> | undefined>,
  timeoutMs: option.durationMs({ minimum: 1, default: 10_000 }),
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
};

/**
 * The variables of `fromEnv`. The keys are read here because the standard chain looks only into
 * `process.env`; without them the SDK asks that chain, for profiles and roles.
 */
export const sqsVariables = {
  queueUrl: { name: "SQS_QUEUE_URL", parse: env.text },
  region: { name: "AWS_REGION", parse: env.text },
  "credentials.accessKeyId": { name: "AWS_ACCESS_KEY_ID", parse: env.text },
  "credentials.secretAccessKey": {
    name: "AWS_SECRET_ACCESS_KEY",
    parse: env.text,
  },
  "credentials.sessionToken": { name: "AWS_SESSION_TOKEN", parse: env.text },
} as const;
