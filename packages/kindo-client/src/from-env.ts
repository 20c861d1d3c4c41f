import { ConfigError, type Env, type Overrides } from "@wirekit/core";
import { proxyFromEnv } from "@wirekit/core/http";
import { type EnvVariable, Faults, makeFromEnv, env as parse, readEnv } from "@wirekit/core/kit";
import {
  defaultRegion,
  type KindoArnOptions,
  type KindoClientOptions,
  type KindoUrlOptions,
} from "./config.ts";
import { defaultCredentials } from "./signing/credentials.ts";

/** Options that are used in place of what the environment says. */
export type KindoEnvOverrides = Overrides<KindoUrlOptions> | Overrides<KindoArnOptions>;

const urlVariable = { name: "KINDO_MESSAGE_PRODUCER_URL", parse: parse.url } as const;
const arnVariable = { name: "KINDO_MESSAGE_PRODUCER_ARN", parse: parse.text } as const;
const serviceVariable = { name: "AWS_SERVICE", parse: parse.text } as const;
const regionVariable = { name: "AWS_REGION", parse: parse.text } as const;

const keyVariables = {
  "credentials.accessKeyId": { name: "AWS_ACCESS_KEY_ID", parse: parse.text },
  "credentials.secretAccessKey": { name: "AWS_SECRET_ACCESS_KEY", parse: parse.text },
} as const;
const tokenVariable = { name: "AWS_SESSION_TOKEN", parse: parse.text } as const;

/** What is read, and is not an option. */
const asides = {
  // Checked, and never put into a message: one without `behavior` stays invalid.
  behavior: { name: "KINDO_MESSAGE_BEHAVIOR", parse: parse.oneOf("instant") },
  profile: { name: "AWS_PROFILE", parse: parse.text },
} as const;

/**
 * Makes something of the options that the environment names, with `overrides` in their place.
 *
 * @param given default: `process.env`, and the `.env` file of the working directory for what it does not say.
 * @throws ConfigError naming every variable and option at fault.
 */
export function makeClientFromEnv<Made>(
  given: Env | undefined,
  overrides: KindoEnvOverrides,
  make: (options: KindoClientOptions) => Made,
): Made {
  const env = given === undefined ? withEnvFile(process.env) : { ...given };
  const faults = new Faults();
  const asked = new Faults();
  const profile = asked.collect(() => readEnv(env, asides))?.profile;

  const address = addressVariables(env, overrides);
  const variables = { ...address, region: regionVariable, ...credentialVariables(env) };
  const attempt = new Faults();
  const made = attempt.collect(() =>
    makeFromEnv<KindoUrlOptions | KindoArnOptions, Made>(
      { variables, env: given === undefined ? env : given, overrides },
      (options) => make(withProxy(withDefaultCredentials(options, profile), env)),
    ),
  );
  const isUnaddressed = address === undefined;
  if (isUnaddressed) faults.add({ path: urlVariable.name, message: `or ${arnVariable.name} is required` });
  faults.add(...attempt.issues.filter(({ path }) => !(isUnaddressed && path === "url")), ...asked.issues);
  faults.throwIfAny();
  return made as Made;
}

/**
 * The variables that say where to send. If both are set, the URL counts. `undefined` if nothing says where.
 */
function addressVariables(
  env: Env,
  overrides: KindoEnvOverrides,
): Readonly<Record<string, EnvVariable<string>>> | undefined {
  const { url, arn }: { readonly url?: unknown; readonly arn?: unknown } = { ...overrides };
  if (url !== undefined) return { service: serviceVariable };
  if (arn !== undefined) return {};
  if (isSet(env, urlVariable.name)) return { url: urlVariable, service: serviceVariable };
  return isSet(env, arnVariable.name) ? { arn: arnVariable } : undefined;
}

/**
 * A key pair in the environment, as the first of the standard chain's sources. A token without a pair is not
 * read.
 */
function credentialVariables(env: Env): Readonly<Record<string, EnvVariable<string>>> {
  const hasKey = Object.values(keyVariables).some(({ name }) => isSet(env, name));
  return hasKey ? { ...keyVariables, "credentials.sessionToken": tokenVariable } : {};
}

/** The standard chain looks for the profile in `process.env` only, and it may be named elsewhere. */
function withDefaultCredentials(
  options: KindoClientOptions,
  profile: string | undefined,
): KindoClientOptions {
  if (options.credentials !== undefined || profile === undefined) return options;
  return { ...options, credentials: defaultCredentials(options.region ?? defaultRegion, profile) };
}

function withProxy(options: KindoClientOptions, env: Env): KindoClientOptions {
  const proxy = proxyFromEnv(env);
  return options.proxy === undefined && proxy !== undefined ? { ...options, proxy } : options;
}

/**
 * The environment, and what the `.env` file says besides. A variable that is set to nothing does not hide the
 * one in the file. A key pair and its token come from one of the two, whole.
 */
function withEnvFile(environment: Env): Env {
  const set = Object.entries(environment).filter(([name]) => isSet(environment, name));
  const keyNames = new Set<string>([...Object.values(keyVariables), tokenVariable].map(({ name }) => name));
  const hasKey = Object.values(keyVariables).some(({ name }) => isSet(environment, name));
  const file = Object.entries(readEnvFile()).filter(([name]) => !hasKey || !keyNames.has(name));
  const isFromFile = !hasKey && file.some(([name]) => keyNames.has(name));
  return Object.fromEntries([...file, ...set.filter(([name]) => !isFromFile || !keyNames.has(name))]);
}

/**
 * The variables of the `.env` file in the working directory; none if there is no such file. Does not change
 * `process.env`.
 *
 * Synchronous, so that a client can be made at the top of a module. It fetches Node's modules here and does
 * not import them, so that a program that does not read the environment does not load them.
 *
 * @throws ConfigError when the file is there and cannot be read.
 */
export function readEnvFile(directory: string = process.cwd()): Env {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  const { parseEnv } = process.getBuiltinModule("node:util");
  try {
    return parseEnv(readFileSync(join(directory, ".env"), "utf8").replace(/^\uFEFF/, ""));
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === "ENOENT") return {};
    throw new ConfigError([{ path: ".env", message: "is there, but cannot be read" }], { cause });
  }
}

function isSet(env: Env, name: string): boolean {
  return (env[name] ?? "").trim() !== "";
}
