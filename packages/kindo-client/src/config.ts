import {
  type Clock,
  ConfigError,
  consoleLogger,
  defaultRetryPolicy,
  type Issue,
  type Logger,
  type Random,
  type RetryPolicy,
  systemClock,
} from "@wirekit/core";
import type { HttpTransport } from "@wirekit/core/http";
import { resolveRetryPolicy } from "@wirekit/core/kit";
import type { SchemaSource } from "./schema/message-validator.ts";
import type { Credentials, CredentialsProvider } from "./signing/credentials.ts";
import type { LambdaApi } from "./transports/lambda-api.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";
import { sendableUrl } from "./wire/sendable-url.ts";

/** What a client can be given, whichever way it sends. Durations are in milliseconds. */
export interface KindoCommonOptions {
  /** Default `"ap-southeast-2"`; for an ARN, the region in it. */
  readonly region?: string | undefined;
  /**
   * Fixed credentials, or a function that is asked for them, and asked again five minutes before they expire. Default:
   * the standard AWS chain (environment, SSO, web identity, shared files, container and instance metadata).
   */
  readonly credentials?: Credentials | CredentialsProvider | undefined;
  /** A JSON Schema in place of the built-in one: the schema itself, or the path of its file. */
  readonly schema?: SchemaSource | undefined;
  /** The longest that one send may take, its retries included. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How often, how long and at what distance a send is tried again. `{ maxAttempts: 1 }`: never. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Where retries and the like are told. Default: warnings and errors, to the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** A client that sends to a Lambda Function URL. */
export interface KindoUrlOptions extends KindoCommonOptions {
  /** The Function URL. */
  readonly url: string;
  readonly arn?: undefined;
  /** The name of the service in the signature. Default `"lambda"`. */
  readonly service?: string | undefined;
  /** Sends over this function in place of a pool of connections. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Sends over this, which then decides about connections and their time-outs. `close` does not close it. */
  readonly transport?: HttpTransport | undefined;
  /** The most connections at a time. Default 64. */
  readonly maxConnections?: number | undefined;
  /** From the first packet to a connection that can be used, TLS included. Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /**
   * From the sending of a request to the end of its answer; a request that takes longer is tried again. Default: no limit
   * but that of the whole send, because such a retry can deliver the message twice.
   */
  readonly responseTimeoutMs?: number | undefined;
  /**
   * Makes the `Idempotency-Key` header of a message, the same for all of its retries: `() => crypto.randomUUID()`. The
   * service does not act on it; it makes a message that arrived twice recognisable. Default: no such header.
   */
  readonly idempotencyKey?: ((message: ProducerPayload) => string) | undefined;
}

/** A client that invokes a function by its ARN. Needs the package `@aws-sdk/client-lambda`. */
export interface KindoArnOptions extends KindoCommonOptions {
  /** The function's ARN; it may name a version or an alias. */
  readonly arn: string;
  readonly url?: undefined;
  /** Where Lambda's API is, when not at AWS. */
  readonly endpoint?: string | undefined;
  /** Invokes over this in place of a client of the AWS SDK's. `close` does not close it. */
  readonly lambda?: LambdaApi | undefined;
}

/** How to reach the service: by `url` or by `arn`, one of them. */
export type KindoClientOptions = KindoUrlOptions | KindoArnOptions;

/** The options with every default in place. */
export interface KindoConfig {
  readonly target: UrlTarget | ArnTarget;
  readonly region: string;
  readonly credentials: Credentials | CredentialsProvider | undefined;
  readonly schema: SchemaSource | undefined;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

export interface UrlTarget {
  readonly kind: "url";
  readonly url: string;
  readonly service: string;
  readonly options: KindoUrlOptions;
}

export interface ArnTarget {
  readonly kind: "arn";
  readonly arn: string;
  readonly functionName: string;
  readonly options: KindoArnOptions;
}

export const defaultRegion = "ap-southeast-2";
export const defaultService = "lambda";
export const defaultTimeoutMs = 30_000;

const arnForm = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:([\w-]+)(?::[\w$-]+)?$/;

/** @throws ConfigError naming every option that cannot be used. */
export function resolveOptions(options: KindoClientOptions): KindoConfig {
  const issues = [...targetIssues(options), ...commonIssues(options)];
  const policy = retryPolicy(options, issues);
  issues.push(...credentialsIssues(options.credentials));
  if (issues.length > 0) throw new ConfigError(issues);
  const target = targetOf(options);
  return {
    target,
    region: options.region ?? regionOf(target),
    credentials: options.credentials,
    schema: options.schema,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    retry: policy,
    logger: options.logger ?? consoleLogger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function targetOf(options: KindoClientOptions): UrlTarget | ArnTarget {
  if (options.arn === undefined) {
    const service = options.service ?? defaultService;
    return { kind: "url", url: sendableUrl(options.url), service, options };
  }
  const functionName = arnForm.exec(options.arn)?.[2] ?? "";
  return { kind: "arn", arn: options.arn, functionName, options };
}

function regionOf(target: UrlTarget | ArnTarget): string {
  return target.kind === "arn" ? (arnForm.exec(target.arn)?.[1] ?? defaultRegion) : defaultRegion;
}

function targetIssues(options: KindoClientOptions): Issue[] {
  const { url, arn }: { readonly url?: unknown; readonly arn?: unknown } = options;
  if (url !== undefined && arn !== undefined)
    return [{ path: "url", message: "and arn cannot both be given" }];
  if (arn !== undefined) {
    const isArn = typeof arn === "string" && arnForm.test(arn);
    return isArn ? [] : [{ path: "arn", message: "must be the ARN of a Lambda function" }];
  }
  if (url === undefined) return [{ path: "url", message: "or arn is required" }];
  return typeof url === "string" ? urlIssues(url) : [{ path: "url", message: "must be a text" }];
}

function urlIssues(url: string): Issue[] {
  const problem = urlProblem(url);
  return problem === undefined ? [] : [{ path: "url", message: problem }];
}

function urlProblem(url: string): string | undefined {
  if (!URL.canParse(url) || !/^https?:\/\/[^/]/i.test(url)) return "must be an absolute http(s) URL";
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") return "must not carry a user name or password";
  if (url.includes("#")) return "must not have a fragment (#)";
  return /\p{Surrogate}/u.test(url) ? "must not hold half of a surrogate pair" : undefined;
}

/** What JavaScript callers can get wrong although the types forbid it. */
function commonIssues(options: KindoClientOptions): Issue[] {
  const issues: Issue[] = [];
  for (const name of ["region", "service"] as const) {
    const value: unknown = name in options ? (options as KindoUrlOptions)[name] : undefined;
    if (value !== undefined && (typeof value !== "string" || value === "")) {
      issues.push({ path: name, message: "must be a text that is not empty" });
    }
  }
  if (options.timeoutMs !== undefined && !(options.timeoutMs > 0)) {
    issues.push({ path: "timeoutMs", message: "must be a number of milliseconds above 0" });
  }
  return issues;
}

function retryPolicy({ retry }: KindoClientOptions, issues: Issue[]): RetryPolicy {
  try {
    return resolveRetryPolicy(retry);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    issues.push(...thrown.issues);
    return defaultRetryPolicy;
  }
}

function credentialsIssues(credentials: unknown): Issue[] {
  if (credentials === undefined || typeof credentials === "function") return [];
  if (typeof credentials !== "object" || credentials === null) {
    return [{ path: "credentials", message: "must be credentials, or a function that gives them" }];
  }
  const given: Readonly<Record<string, unknown>> = { ...credentials };
  return ["accessKeyId", "secretAccessKey"]
    .filter((name) => typeof given[name] !== "string" || given[name] === "")
    .map((name) => ({ path: `credentials.${name}`, message: "is required" }));
}
