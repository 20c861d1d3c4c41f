import { ConfigError } from "./errors/config-error.ts";
import type { Issue } from "./errors/issues.ts";

/** The environment: `process.env`, or what a test puts in its place. */
export type Env = Readonly<Record<string, string | undefined>>;

/** How the text of a variable becomes a value. Throws an `Error` whose message says what was expected. */
export type EnvParser<T> = (text: string) => T;

/** One variable that is read. */
export interface EnvVariable<T> {
  readonly name: string;
  readonly parse: EnvParser<T>;
  readonly required?: boolean | undefined;
  readonly fallback?: T | undefined;
}

type EnvValues<Variables extends Record<string, EnvVariable<unknown>>> = {
  readonly [Name in keyof Variables]: Variables[Name] extends { required: true }
    ? Parsed<Variables[Name]>
    : Variables[Name] extends { fallback: NonNullable<unknown> }
      ? Parsed<Variables[Name]>
      : Parsed<Variables[Name]> | undefined;
};
type Parsed<Variable> = Variable extends { parse: EnvParser<infer T> } ? T : never;

/**
 * Reads all `variables`, and names all that are missing or malformed in one error. A variable that is set to nothing but
 * blanks counts as not set: that is what `NAME=` in a file or a container's definition means to say.
 *
 * @throws ConfigError naming every variable at fault, never a value.
 */
export function readEnv<const Variables extends Record<string, EnvVariable<unknown>>>(
  env: Env,
  variables: Variables,
): EnvValues<Variables> {
  const issues: Issue[] = [];
  const entries = Object.entries(variables).map(([key, variable]) => [key, readOne(env, variable, issues)]);
  if (issues.length > 0) throw new ConfigError(issues);
  return Object.fromEntries(entries);
}

function readOne(env: Env, variable: EnvVariable<unknown>, issues: Issue[]): unknown {
  const { name, parse, required = false, fallback } = variable;
  const text = env[name]?.trim() ?? "";
  if (text === "") {
    if (required) issues.push({ path: name, message: "is required" });
    return fallback;
  }
  try {
    return parse(text);
  } catch (thrown) {
    issues.push({ path: name, message: (thrown as Error).message });
    return fallback;
  }
}

/** Parsers for the usual kinds of variables. */
export const env = {
  text: (text: string): string => text,

  url: (text: string): string => {
    if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
      throw new Error("must be an http(s) URL");
    return text;
  },

  oneOf:
    <const Values extends readonly string[]>(...values: Values) =>
    (text: string): Values[number] => {
      if (!values.includes(text))
        throw new Error(`must be ${values.map((value) => `"${value}"`).join(" or ")}`);
      return text;
    },

  wholeNumber:
    (minimum: number) =>
    (text: string): number => {
      if (!/^\d+$/.test(text) || !(Number(text) >= minimum)) {
        throw new Error(`must be a whole number of at least ${minimum}`);
      }
      return Number(text);
    },

  /** A number of seconds, as the environment gives durations; the value is in milliseconds. */
  secondsAsMs: (text: string): number => {
    if (!/^\d+(\.\d+)?$/.test(text) || Number(text) <= 0)
      throw new Error("must be a number of seconds above 0");
    return Number(text) * 1000;
  },
} as const;
