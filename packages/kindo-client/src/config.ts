import type { Clock, Logger, Random, RetryPolicy } from "@wirekit/core";
import { credentialsOption } from "@wirekit/core/aws";
import { type HttpProxyOptions, type HttpTransport, httpTransportRules } from "@wirekit/core/http";
import { Faults, type OptionRules, type OptionsOf, option, readOptions } from "@wirekit/core/kit";
import type { SchemaSource } from "./schema/message-validator.ts";
import type { Credentials, CredentialsProvider } from "./signing/credentials.ts";
import type { LambdaApi } from "./transports/lambda-client.ts";
import type { ProducerPayload } from "./wire/producer-payload.ts";
import { sendableUrl } from "./wire/sendable-url.ts";

/** What a client can be given, whichever way it sends. Durations are in milliseconds, at most 2^31 - 1. */
export interface KindoCommonOptions {
  /** Default `"ap-southeast-2"`; for an ARN, the region in it. */
  readonly region?: string | undefined;
  /**
   * Fixed credentials, or a function that is asked for them. It is asked again five minutes before they
   * expire, and when the service has refused them. Default: the standard AWS chain (environment, SSO, web
   * identity, shared files, container and instance metadata).
   */
  readonly credentials?: Credentials | CredentialsProvider | undefined;
  /** Proxies to go through. `fromEnv` reads `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. Default: none. */
  readonly proxy?: HttpProxyOptions | undefined;
  /** A JSON Schema in place of the built-in one: the schema itself, or the path of its file. */
  readonly schema?: SchemaSource | undefined;
  /** The longest that one send may take, its retries included. `Infinity`: no limit. Default 30,000. */
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
   * From the sending of a request to the end of its answer; a request that takes longer is tried again.
   * Default: no limit but that of the whole send, because such a retry can deliver the message twice.
   */
  readonly responseTimeoutMs?: number | undefined;
  /**
   * Makes the `Idempotency-Key` header of a message, the same for all of its retries: `() =>
   * crypto.randomUUID()`. The service does not act on it; it makes a message that arrived twice recognisable.
   * Default: no such header.
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
export interface KindoConfig extends CommonConfig {
  readonly target: UrlTarget | ArnTarget;
  readonly region: string;
}

/** Where to send over HTTP, and how. */
export interface UrlTarget extends Omit<OptionsOf<typeof urlRules>, "url"> {
  readonly kind: "url";
  /** As it is sent. */
  readonly url: string;
}

/** Which function to invoke, and over what. */
export interface ArnTarget extends Omit<OptionsOf<typeof arnRules>, "arn"> {
  readonly kind: "arn";
  readonly arn: string;
  readonly functionName: string;
}

export const defaultRegion = "ap-southeast-2";
export const defaultService = "lambda";

type CommonConfig = Omit<OptionsOf<typeof commonRules>, "region">;

const anArn = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:([\w-]+)(?::[\w$-]+)?$/;
const aTime = { minimum: 1, unlimited: "allowed" } as const;

const commonRules = {
  region: option.text({
    pattern: /^[\w-]+$/,
    expected: 'must be the name of a region, such as "ap-southeast-2"',
  }),
  credentials: credentialsOption(),
  schema: option.custom<SchemaSource>(schemaProblem),
  timeoutMs: option.durationMs({ ...aTime, default: 30_000 }),
  retry: option.retry(),
  proxy: httpTransportRules.proxy,
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
} as const satisfies OptionRules;

const urlRules = {
  url: option.custom<string>(urlProblem),
  service: option.text({
    pattern: /^[\w-]+$/,
    expected: 'must be the name of an AWS service, such as "lambda"',
    default: defaultService,
  }),
  fetch: httpTransportRules.fetch,
  transport: option.fn<HttpTransport>(),
  maxConnections: httpTransportRules.maxConnections,
  connectTimeoutMs: httpTransportRules.connectTimeoutMs,
  responseTimeoutMs: option.durationMs({ ...aTime, default: Number.POSITIVE_INFINITY }),
  idempotencyKey: option.fn<(message: ProducerPayload) => string>(),
} as const satisfies OptionRules;

const arnRules = {
  arn: option.text({ pattern: anArn, expected: "must be the ARN of a Lambda function" }),
  endpoint: option.custom<string>(urlProblem),
  lambda: option.methods<LambdaApi>(["invoke"]),
} as const satisfies OptionRules;

/** @throws ConfigError naming every option that cannot be used. */
export function resolveOptions(options: KindoClientOptions): KindoConfig {
  const faults = new Faults();
  const { url, arn }: { readonly url?: unknown; readonly arn?: unknown } = { ...options };
  if (url !== undefined && arn !== undefined)
    faults.add({ path: "url", message: "and arn cannot both be given" });
  if (url === undefined && arn === undefined) faults.add({ path: "url", message: "or arn is required" });
  // An option of the other way of sending is named as unknown, but only if it is clear which way is meant.
  const rules = {
    ...commonRules,
    ...(url !== undefined || arn === undefined ? urlRules : {}),
    ...(arn !== undefined || url === undefined ? arnRules : {}),
  };
  const read = readOptions(options, rules, faults) as OptionsOf<
    typeof commonRules & typeof urlRules & typeof arnRules
  >;
  faults.throwIfAny();

  const { region, credentials, schema, timeoutMs, retry, proxy, logger, clock, random, ...way } = read;
  const common = { credentials, schema, timeoutMs, retry, proxy, logger, clock, random };
  if (way.arn === undefined) {
    const target = { ...way, kind: "url", url: sendableUrl(way.url ?? "") } as const;
    return { ...common, target, region: region ?? defaultRegion };
  }
  const [, regionOfArn = "", functionName = ""] = anArn.exec(way.arn) ?? [];
  const target = { ...way, kind: "arn", arn: way.arn, functionName } as const;
  return { ...common, target, region: region ?? regionOfArn };
}

function urlProblem(url: unknown): string | undefined {
  if (typeof url !== "string") return "must be a text";
  if (!URL.canParse(url) || !/^https?:\/\/[^/]/i.test(url)) return "must be an absolute http(s) URL";
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") return "must not carry a user name or password";
  if (url.includes("#")) return "must not have a fragment (#)";
  return /\p{Surrogate}/u.test(url) ? "must not hold half of a surrogate pair" : undefined;
}

function schemaProblem(schema: unknown): string | undefined {
  const isPath = typeof schema === "string" && schema !== "";
  const isSchema = typeof schema === "object" && schema !== null;
  return isPath || isSchema ? undefined : "must be a JSON Schema, or the path of its file";
}
