import { ConfigError, type Env, type Issue, type Overrides } from "@wirekit/core";
import { env as parse, readEnv } from "@wirekit/core/kit";
import {
  defaultRegion,
  defaultService,
  type KindoArnOptions,
  type KindoClientOptions,
  type KindoUrlOptions,
} from "./config.ts";
import { readEnvFile } from "./env-file.ts";
import type { Credentials, CredentialsProvider } from "./signing/credentials.ts";
import { defaultCredentials } from "./signing/credentials-source.ts";

/** Options that are used in place of what the environment says. */
export type KindoEnvOverrides = Overrides<KindoUrlOptions> | Overrides<KindoArnOptions>;

const variables = {
  url: { name: "KINDO_MESSAGE_PRODUCER_URL", parse: parse.url },
  arn: { name: "KINDO_MESSAGE_PRODUCER_ARN", parse: parse.text },
  // Read and checked, and never put into a message: one without `behavior` stays invalid.
  behavior: { name: "KINDO_MESSAGE_BEHAVIOR", parse: parse.oneOf("instant"), fallback: "instant" },
  region: { name: "AWS_REGION", parse: parse.text },
  service: { name: "AWS_SERVICE", parse: parse.text, fallback: defaultService },
  accessKeyId: { name: "AWS_ACCESS_KEY_ID", parse: parse.text },
  secretAccessKey: { name: "AWS_SECRET_ACCESS_KEY", parse: parse.text },
  sessionToken: { name: "AWS_SESSION_TOKEN", parse: parse.text },
  profile: { name: "AWS_PROFILE", parse: parse.text },
} as const;

/**
 * The options that the environment names, with `overrides` in their place. The `.env` file of the working directory
 * says what the environment does not.
 *
 * @throws ConfigError naming every variable and option at fault.
 */
export function optionsFromEnv(environment: Env, overrides: KindoEnvOverrides): KindoClientOptions {
  const env = { ...readEnvFile(), ...withoutBlanks(environment) };
  const values = readChecked(env, overrides);
  const region = overrides.region ?? values.region;
  const credentials = overrides.credentials ?? credentialsFrom(values, region ?? defaultRegion);
  const common = { ...overrides, region, credentials };

  const wantsArn = overrides.arn !== undefined || (overrides.url === undefined && values.url === undefined);
  if (wantsArn) return { ...common, arn: overrides.arn ?? values.arn } as KindoArnOptions;
  const service = (overrides as Overrides<KindoUrlOptions>).service ?? values.service;
  return { ...common, url: overrides.url ?? values.url, service } as KindoUrlOptions;
}

type Values = Awaited<ReturnType<typeof readEnv<typeof variables>>>;

function readChecked(env: Env, overrides: KindoEnvOverrides): Values {
  const issues: Issue[] = [];
  const isAddressed = overrides.url !== undefined || overrides.arn !== undefined;
  if (!isAddressed && !env[variables.url.name]?.trim() && !env[variables.arn.name]?.trim()) {
    issues.push({ path: variables.url.name, message: `or ${variables.arn.name} is required` });
  }
  try {
    const values = readEnv(env, variables);
    if (issues.length === 0) return values;
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    issues.push(...thrown.issues);
  }
  throw new ConfigError(issues);
}

/**
 * A key pair in the environment comes first, as in the standard chain; read here, because the chain looks only into
 * `process.env`, and the pair may stand in the file or in the environment that was handed in.
 */
function credentialsFrom(values: Values, region: string): Credentials | CredentialsProvider {
  const { accessKeyId, secretAccessKey, sessionToken, profile } = values;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  return defaultCredentials(region, profile);
}

/** A variable that is set to nothing does not hide the one in the file. */
function withoutBlanks(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => (value ?? "").trim() !== ""));
}
