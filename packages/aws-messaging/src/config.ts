import { ConfigError, type Env, type Issue, type Overrides } from "@wirekit/core";
import { env, readEnv } from "@wirekit/core/kit";

/** What a user says. Everything but the region has a default; nothing is read from the environment. */
export interface AwsMessagingOptions {
  /** The region of topics and queues: `eu-west-1`. */
  readonly regionName: string;
  /** With `awsSecretAccessKey`; without either, the standard AWS chain finds credentials. */
  readonly awsAccessKeyId?: string | undefined;
  readonly awsSecretAccessKey?: string | undefined;
  readonly awsSessionToken?: string | undefined;
  /** A role to assume with those credentials. Needs `@aws-sdk/client-sts`. */
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  /** The name under which the role's use is logged by AWS. Default `wirekit`. */
  readonly roleSessionName?: string | undefined;
  /** The address of SNS and SQS. Default: AWS itself. */
  readonly endpointUrl?: string | undefined;
  /** Host names (with port or without) that may be spoken to without TLS besides loopback. Default none. */
  readonly plainHttpHosts?: readonly string[] | undefined;
  /** Prefix of every derived topic and queue name: `prod`. Default none. */
  readonly environment?: string | undefined;
  /** Logical topic to ARN or name; wins over the rule. */
  readonly topicMap?: Readonly<Record<string, string>> | undefined;
  /** Logical topic or queue to ARN, name or URL; wins over the rule. */
  readonly queueMap?: Readonly<Record<string, string>> | undefined;
  /** Retries after the first try. Default 3. */
  readonly retryAttempts?: number | undefined;
  /** How long one request may take, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** The owner of topics and queues, 12 digits. With it no topic has to be looked up. */
  readonly accountId?: string | undefined;
  /** The largest message, body and attributes together, in bytes. Default 262,144; at most 1,048,576. */
  readonly maxMessageBytes?: number | undefined;
}

/** A checked configuration. Made by {@link awsMessagingConfig}; read-only. */
export interface AwsMessagingConfig {
  readonly regionName: string;
  readonly credentials: StaticCredentials | undefined;
  readonly role: AssumedRole | undefined;
  readonly endpointUrl: string | undefined;
  readonly environment: string | undefined;
  readonly topicMap: Readonly<Record<string, string>>;
  readonly queueMap: Readonly<Record<string, string>>;
  readonly retryAttempts: number;
  readonly timeoutMs: number;
  readonly accountId: string | undefined;
  readonly maxMessageBytes: number;
}

export interface StaticCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface AssumedRole {
  readonly roleArn: string;
  readonly externalId: string | undefined;
  readonly sessionName: string;
}

/** What SNS takes unless the topic says otherwise, in bytes; SQS takes 1 MiB. */
const defaultMaxMessageBytes = 262_144;
const largestMessageBytes = 1_048_576;

type Check = (options: AwsMessagingOptions) => string | undefined;

/** For each option, what is wrong with it, if anything. The message names what was expected, never the value. */
const checks: { readonly [Name in keyof Required<AwsMessagingOptions>]: Check } = {
  regionName: ({ regionName }) =>
    isText(regionName) && /^[a-z]{2,}(-[a-z]+)+-\d+$/.test(regionName)
      ? undefined
      : 'must be a region such as "eu-west-1"',
  awsAccessKeyId: ({ awsAccessKeyId, awsSecretAccessKey }) =>
    awsAccessKeyId === undefined && awsSecretAccessKey !== undefined
      ? "is missing: a secret alone is of no use"
      : optional(awsAccessKeyId, isText, "must be a text that is not empty"),
  awsSecretAccessKey: ({ awsAccessKeyId, awsSecretAccessKey }) =>
    awsSecretAccessKey === undefined && awsAccessKeyId !== undefined
      ? "is missing: a key id alone is of no use"
      : optional(awsSecretAccessKey, isText, "must be a text that is not empty"),
  awsSessionToken: ({ awsSessionToken, awsAccessKeyId, awsSecretAccessKey }) =>
    awsSessionToken !== undefined && awsAccessKeyId === undefined && awsSecretAccessKey === undefined
      ? "needs awsAccessKeyId and awsSecretAccessKey beside it"
      : optional(awsSessionToken, isText, "must be a text that is not empty"),
  roleArn: ({ roleArn }) =>
    optional(roleArn, (value) => /^arn:[^:]*:iam::\d{12}:role\/.+/.test(value), "must be the ARN of a role"),
  externalId: ({ externalId, roleArn }) =>
    externalId !== undefined && roleArn === undefined
      ? "needs roleArn beside it"
      : optional(externalId, isText, "must be a text that is not empty"),
  roleSessionName: ({ roleSessionName, roleArn }) =>
    roleSessionName !== undefined && roleArn === undefined
      ? "needs roleArn beside it"
      : optional(
          roleSessionName,
          (value) => /^[\w+=,.@-]{2,64}$/.test(value),
          "must be 2 to 64 of A-Z a-z 0-9 _+=,.@-",
        ),
  endpointUrl: checkEndpoint,
  plainHttpHosts: ({ plainHttpHosts }) =>
    optional(
      plainHttpHosts,
      (hosts) => Array.isArray(hosts) && hosts.every(isText),
      "must be a list of host names",
    ),
  environment: ({ environment }) =>
    optional(environment, (value) => /^[\w-]{1,40}$/.test(value), "must be 1 to 40 letters, digits, - and _"),
  topicMap: ({ topicMap }) => optional(topicMap, isTextMap, "must map logical names to ARNs or names"),
  queueMap: ({ queueMap }) => optional(queueMap, isTextMap, "must map logical names to ARNs, names or URLs"),
  retryAttempts: ({ retryAttempts }) =>
    optional(
      retryAttempts,
      (value) => Number.isInteger(value) && value >= 0,
      "must be a whole number of at least 0",
    ),
  timeoutMs: ({ timeoutMs }) =>
    optional(
      timeoutMs,
      (value) => Number.isFinite(value) && value > 0,
      "must be a number of milliseconds above 0",
    ),
  accountId: ({ accountId }) => optional(accountId, (value) => /^\d{12}$/.test(value), "must be 12 digits"),
  maxMessageBytes: ({ maxMessageBytes }) =>
    optional(
      maxMessageBytes,
      (value) => Number.isInteger(value) && value > 0 && value <= largestMessageBytes,
      `must be a whole number from 1 to ${largestMessageBytes}`,
    ),
};

/**
 * Checks the options and fills in the defaults. Reads nothing but its argument.
 *
 * @throws ConfigError naming every option at fault, never a value.
 */
export function awsMessagingConfig(options: AwsMessagingOptions): AwsMessagingConfig {
  const issues: Issue[] = Object.entries(checks).flatMap(([path, check]) => {
    const message = check(options);
    return message === undefined ? [] : [{ path, message }];
  });
  const unknown = Object.keys(options).filter((name) => !(name in checks));
  issues.push(...unknown.map((path) => ({ path, message: "is no option of this configuration" })));
  if (issues.length > 0) throw new ConfigError(issues);

  const { awsAccessKeyId, awsSecretAccessKey, awsSessionToken, roleArn } = options;
  return Object.freeze({
    regionName: options.regionName,
    credentials:
      awsAccessKeyId === undefined || awsSecretAccessKey === undefined
        ? undefined
        : {
            accessKeyId: awsAccessKeyId,
            secretAccessKey: awsSecretAccessKey,
            ...(awsSessionToken !== undefined && { sessionToken: awsSessionToken }),
          },
    role:
      roleArn === undefined
        ? undefined
        : { roleArn, externalId: options.externalId, sessionName: options.roleSessionName ?? "wirekit" },
    endpointUrl: options.endpointUrl,
    environment: options.environment,
    topicMap: { ...options.topicMap },
    queueMap: { ...options.queueMap },
    retryAttempts: options.retryAttempts ?? 3,
    timeoutMs: options.timeoutMs ?? 30_000,
    accountId: options.accountId,
    maxMessageBytes: options.maxMessageBytes ?? defaultMaxMessageBytes,
  });
}

/** What the environment is asked for, by option. */
const variables = {
  awsAccessKeyId: { name: "AWS_ACCESS_KEY_ID", parse: env.text },
  awsSecretAccessKey: { name: "AWS_SECRET_ACCESS_KEY", parse: env.text },
  awsSessionToken: { name: "AWS_SESSION_TOKEN", parse: env.text },
  regionName: { name: "AWS_REGION_NAME", parse: env.text },
  topicMap: { name: "AWS_TOPIC_MAP", parse: textMap },
  queueMap: { name: "AWS_QUEUE_MAP", parse: textMap },
  retryAttempts: { name: "AWS_RETRY_ATTEMPTS", parse: env.wholeNumber(0) },
  timeoutMs: { name: "AWS_TIMEOUT", parse: env.secondsAsMs },
} as const;

/**
 * Builds the configuration from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION_NAME`,
 * `AWS_TOPIC_MAP` and `AWS_QUEUE_MAP` (JSON), `AWS_RETRY_ATTEMPTS` and `AWS_TIMEOUT` (seconds). For the application to
 * call: nothing in this package calls it. `overrides` win over the environment.
 *
 * @throws ConfigError naming every variable or option at fault, never a value.
 */
export function awsMessagingConfigFromEnv(
  environment: Env = process.env,
  overrides: Overrides<AwsMessagingOptions> = {},
): AwsMessagingConfig {
  // An option that is left open hides nothing of what the environment says.
  const said = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const issues: Issue[] = [];
  const read = Object.entries(variables)
    .filter(([option]) => !(option in said))
    .map(([option, value]) => [option, collect(issues, () => readEnv(environment, { value }))?.value]);
  const merged = { ...Object.fromEntries(read), ...said } as AwsMessagingOptions;
  // What came from the environment is named as it is there: that is where the user has to look.
  const nameOf = (option: string) =>
    option in said || !(option in variables) ? option : variables[option as keyof typeof variables].name;
  const config = collect(issues, () => awsMessagingConfig(merged), nameOf);
  if (config === undefined || issues.length > 0) throw new ConfigError(issues);
  return config;
}

/** What `task` gives; or nothing, with its faults added to `issues`. */
function collect<T>(issues: Issue[], task: () => T, nameOf = (path: string) => path): T | undefined {
  try {
    return task();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    issues.push(...thrown.issues.map(({ path, message }) => ({ path: nameOf(path), message })));
    return undefined;
  }
}

function checkEndpoint({ endpointUrl, plainHttpHosts }: AwsMessagingOptions): string | undefined {
  if (endpointUrl === undefined) return undefined;
  if (!isText(endpointUrl) || !URL.canParse(endpointUrl)) return "must be an http(s) URL";
  const { protocol, host, hostname } = new URL(endpointUrl);
  if (protocol === "https:") return undefined;
  if (protocol !== "http:") return "must be an http(s) URL";
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  // A list that is none is named by its own check.
  const allowed: readonly string[] = Array.isArray(plainHttpHosts) ? plainHttpHosts : [];
  if (loopback || allowed.includes(host) || allowed.includes(hostname)) return undefined;
  return "must be an https URL: plain http is for loopback, and for hosts named in plainHttpHosts";
}

function optional<T>(
  value: T | undefined,
  test: (value: T) => boolean,
  expected: string,
): string | undefined {
  return value === undefined || test(value) ? undefined : expected;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}

function isTextMap(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isText)
  );
}

function textMap(text: string): Record<string, string> {
  const expected = "must be a JSON object of texts";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(expected);
  }
  if (!isTextMap(value)) throw new Error(expected);
  return value;
}
