import type { SNSClient } from "@aws-sdk/client-sns";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Clock, Env, Logger, Overrides, Random, RetryPolicy } from "@wirekit/core";
import { type AwsCredentialsOption, checkEndpoint, credentialsOption, regionOption } from "@wirekit/core/aws";
import { type HttpProxyOptions, httpTransportRules, withProxyFromEnv } from "@wirekit/core/http";
import {
  env,
  Faults,
  makeFromEnv,
  type OptionRule,
  type OptionRules,
  type OptionsOf,
  option,
  readOptions,
} from "@wirekit/core/kit";
import type { AuditHook } from "./audit.ts";
import type { MessageCipher } from "./encryption/message-cipher.ts";
import type { BodyStore, LargeBodies } from "./large-bodies/body-store.ts";
import { type RateLimit, rateLimitRules } from "./publishing/rate-limit.ts";

/**
 * What an `AwsMessaging` is made with. Everything but the region has a default; nothing is read from the
 * environment.
 */
export interface AwsMessagingOptions {
  /** The region of topics and queues: `eu-west-1`. */
  readonly regionName: string;
  /** Default: the standard chain of AWS (environment, profile, role of the machine ...). */
  readonly credentials?: AwsCredentialsOption | undefined;
  /** A role to assume with those credentials. Needs `@aws-sdk/client-sts`. */
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  /** The name under which AWS logs the use of the role. Default `wirekit`. */
  readonly roleSessionName?: string | undefined;
  /** The address of SNS and SQS. Default: AWS itself. */
  readonly endpointUrl?: string | undefined;
  /** Host names (with port or without) that may be spoken to without TLS besides loopback. Default none. */
  readonly plainHttpHosts?: readonly string[] | undefined;
  /**
   * Proxies to go through, to all services of AWS. `fromEnv` reads `HTTPS_PROXY`, `HTTP_PROXY` and
   * `NO_PROXY`. Default: none.
   */
  readonly proxy?: HttpProxyOptions | undefined;
  /** Prefix of every derived topic and queue name: `prod`. Default none. */
  readonly environment?: string | undefined;
  /** Logical topic to ARN or name; wins over the rule. */
  readonly topicMap?: Readonly<Record<string, string>> | undefined;
  /** Logical topic or queue to ARN, name or URL; wins over the rule. */
  readonly queueMap?: Readonly<Record<string, string>> | undefined;
  /** For requests that fail. Default: four tries within 30 seconds. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** The longest that one request may take, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** The owner of topics and queues, 12 digits. With it no topic has to be looked up. */
  readonly accountId?: string | undefined;
  /** The largest message, body and attributes together, in bytes. Default 262,144; at most 1,048,576. */
  readonly maxMessageBytes?: number | undefined;
  /** How published messages are gathered. */
  readonly batching?: PublishBatching | undefined;
  /**
   * How fast each topic may be published to, by its logical name; `"*"` is for all others. Default: no limit.
   */
  readonly rateLimits?: Readonly<Record<string, RateLimit>> | undefined;
  /** Encrypts what is published and decrypts what is consumed. Default: neither. */
  readonly encryption?: MessageCipher | undefined;
  /** Where bodies go that are too large for a message. Default: nowhere, they are refused. */
  readonly largeBodies?: LargeBodies | undefined;
  /** Called for every publish, delivery and outcome. What it throws is logged. */
  readonly audit?: AuditHook | undefined;
  /** A client of the program's own: it keeps its settings, and stays open. */
  readonly sns?: SNSClient | undefined;
  /** A client of the program's own: it keeps its settings, and stays open. */
  readonly sqs?: SQSClient | undefined;
  /** Default: warnings and errors, to the console. */
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** How messages of a topic are gathered. */
export interface PublishBatching {
  /**
   * The longest that a message waits for company, in milliseconds. Default 0: what is published in one turn
   * goes together.
   */
  readonly lingerMs?: number | undefined;
  /** Requests in flight at once, for each topic. Default 8. */
  readonly maxInFlight?: number | undefined;
  /** The most messages that are held, for each topic. Default 10,000. */
  readonly maxPending?: number | undefined;
  /**
   * What `publish` does when that is reached: wait for room, or reject with `QueueFullError`. Default
   * `"wait"`.
   */
  readonly whenFull?: "wait" | "reject" | undefined;
  /**
   * `"best-effort"` puts many messages of a FIFO group into one request, and lets them overtake each other if
   * it fails in part. Default `"strict"`.
   */
  readonly orderOnPartialFailure?: "strict" | "best-effort" | undefined;
}

type WithDefault =
  | "roleSessionName"
  | "plainHttpHosts"
  | "topicMap"
  | "queueMap"
  | "requestTimeoutMs"
  | "maxMessageBytes"
  | "logger"
  | "clock"
  | "random";

/**
 * Checked options with every default filled in. Made by {@link awsMessagingConfig}; read-only. It is itself
 * what the constructor of `AwsMessaging` takes.
 */
export interface AwsMessagingConfig extends Omit<AwsMessagingOptions, WithDefault | "retry" | "batching"> {
  readonly roleSessionName: string;
  readonly plainHttpHosts: readonly string[];
  readonly topicMap: Readonly<Record<string, string>>;
  readonly queueMap: Readonly<Record<string, string>>;
  readonly retry: RetryPolicy;
  readonly requestTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly batching: { readonly [Name in keyof PublishBatching]-?: NonNullable<PublishBatching[Name]> };
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const text = (pattern: RegExp, expected: string) => option.text({ pattern, expected });

const rules = {
  regionName: regionOption.required,
  credentials: credentialsOption(),
  roleArn: text(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+/, "must be the ARN of a role"),
  externalId: option.text(),
  roleSessionName: option.text({
    pattern: /^[\w+=,.@-]{2,64}$/,
    expected: "must be 2 to 64 of A-Z a-z 0-9 _+=,.@-",
    default: "wirekit",
  }),
  endpointUrl: option.text(),
  plainHttpHosts: option.list(option.text({ presence: "required" })),
  proxy: httpTransportRules.proxy,
  environment: text(/^[\w-]{1,40}$/, "must be 1 to 40 letters, digits, - and _"),
  topicMap: option.textMap(),
  queueMap: option.textMap(),
  retry: option.retry({ maxAttempts: 4 }),
  requestTimeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  accountId: text(/^\d{12}$/, "must be 12 digits"),
  // What SNS takes unless the topic says otherwise; SQS takes 1 MiB.
  maxMessageBytes: option.whole({ minimum: 1, maximum: 1_048_576, default: 262_144 }),
  batching: option.group({
    lingerMs: option.durationMs({ minimum: 0, default: 0 }),
    maxInFlight: option.whole({ minimum: 1, default: 8 }),
    maxPending: option.whole({ minimum: 1, unlimited: "allowed", default: 10_000 }),
    whenFull: option.oneOf(["wait", "reject"], { default: "wait" }),
    orderOnPartialFailure: option.oneOf(["strict", "best-effort"], { default: "strict" }),
  }),
  rateLimits: rateLimitRules(),
  encryption: option.methods<MessageCipher>(["encrypt", "decrypt"]),
  largeBodies: option.optionalGroup({
    store: option.methods<BodyStore, { presence: "required" }>(["newPointer", "put", "get", "delete"], {
      presence: "required",
    }),
    afterHandling: option.oneOf(["keep", "delete"]),
  }),
  audit: option.fn<AuditHook>(),
  sns: option.methods<SNSClient>(["send"]),
  sqs: option.methods<SQSClient>(["send"]),
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
} as const satisfies Record<keyof AwsMessagingOptions, OptionRule<unknown>>;

/**
 * Checks the options and fills in the defaults. Reads nothing but its argument.
 *
 * @throws ConfigError naming every option at fault, never a value.
 */
export function awsMessagingConfig(options: AwsMessagingOptions): AwsMessagingConfig {
  const faults = new Faults();
  const config = readOptions(options, rules, faults);
  const { roleArn, endpointUrl, plainHttpHosts } = config;
  const given: Partial<AwsMessagingOptions> = options ?? {};
  if (endpointUrl !== undefined && !faults.has("endpointUrl")) {
    faults.add(checkEndpoint("endpointUrl", endpointUrl, faults.has("plainHttpHosts") ? [] : plainHttpHosts));
  }
  // A config that is read again brings the default of the session's name without a role.
  const hasSessionName = given.roleSessionName !== undefined && given.roleSessionName !== "wirekit";
  for (const [path, isGiven] of [
    ["externalId", given.externalId !== undefined],
    ["roleSessionName", hasSessionName],
  ] as const) {
    if (isGiven && roleArn === undefined) faults.add({ path, message: "needs roleArn beside it" });
  }
  faults.throwIfAny();
  return Object.freeze(config);
}

/** The rule of an option that takes a configuration, for what asks AWS on its own. */
export const configRule = option.custom<AwsMessagingConfig>((value) => {
  const { requestTimeoutMs, retry } = (value ?? {}) as Partial<AwsMessagingConfig>;
  return requestTimeoutMs === undefined || retry === undefined
    ? "must be what awsMessagingConfig returns"
    : undefined;
});

/**
 * Reads the options of what asks AWS on its own, by a client of the program's (`client` names that option)
 * or by one that it makes from `config`.
 *
 * @throws ConfigError naming every option at fault.
 */
export function readAskingOptions<const Rules extends OptionRules & { readonly config: typeof configRule }>(
  options: unknown,
  rules: Rules,
  client: keyof Rules & string,
): OptionsOf<Rules> {
  const faults = new Faults();
  const read = readOptions(options, rules, faults);
  if (read.config === undefined && read[client] === undefined && !faults.has("options"))
    faults.add({ path: "config", message: `is required, unless ${client} is given` });
  faults.throwIfAny();
  return read;
}

const variables = {
  "credentials.accessKeyId": { name: "AWS_ACCESS_KEY_ID", parse: env.text },
  "credentials.secretAccessKey": { name: "AWS_SECRET_ACCESS_KEY", parse: env.text },
  "credentials.sessionToken": { name: "AWS_SESSION_TOKEN", parse: env.text },
  regionName: { name: "AWS_REGION_NAME", parse: env.text },
  topicMap: { name: "AWS_TOPIC_MAP", parse: textMap },
  queueMap: { name: "AWS_QUEUE_MAP", parse: textMap },
  // The original counts the tries after the first.
  "retry.maxAttempts": { name: "AWS_RETRY_ATTEMPTS", parse: (text: string) => env.wholeNumber(0)(text) + 1 },
  requestTimeoutMs: { name: "AWS_TIMEOUT", parse: env.secondsAsMs },
} as const;

/**
 * Reads the configuration from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`,
 * `AWS_REGION_NAME`, `AWS_TOPIC_MAP` and `AWS_QUEUE_MAP` (JSON), `AWS_RETRY_ATTEMPTS` and `AWS_TIMEOUT`
 * (seconds), `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`. `overrides` win over the environment. Credentials
 * come from one source, whole.
 *
 * @throws ConfigError naming every variable or option at fault, never a value.
 */
export function awsMessagingConfigFromEnv(
  environment: Env = process.env,
  overrides: Overrides<AwsMessagingOptions> = {},
): AwsMessagingConfig {
  return makeFromEnv<AwsMessagingOptions, AwsMessagingConfig>(
    { variables, env: environment, overrides },
    (options) => awsMessagingConfig(withProxyFromEnv(options, environment)),
  );
}

function textMap(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const texts =
      typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value);
    if (texts !== false && texts.every((each) => typeof each === "string" && each.trim() !== ""))
      return value;
  } catch {
    // The parser's own message quotes the text.
  }
  throw new Error("must be a JSON object of texts");
}
