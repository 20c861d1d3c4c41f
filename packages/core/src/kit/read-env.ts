import { ConfigError } from "../errors/config-error.ts";
import type { Issue } from "../errors/issues.ts";
import { messageOf } from "../errors/wirekit-error.ts";
import { redactText } from "../redaction/redact-text.ts";

/** The environment: `process.env`, or a plain object in a test. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Options that take the place of environment variables. `undefined` counts as not given. */
export type Overrides<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

/**
 * Turns the text of a variable, trimmed, into a value. Throws a plain `Error` whose message says what was
 * expected: `"must be ..."`.
 */
export type EnvParser<T> = (text: string) => T;

/** How one variable is read. */
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
 * Reads all `variables`, and names all that are missing or malformed in one error. A variable that is empty
 * or blank counts as not set, because `NAME=` in a file or a container's definition means that.
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
    issues.push({ path: name, message: expectation(thrown, text) });
    return fallback;
  }
}

/**
 * What the parser expected. Errors of the runtime are not repeated: those of `JSON.parse` and `new URL` quote
 * the text, which may be secret.
 */
function expectation(thrown: unknown, text: string): string {
  const isPlain =
    typeof thrown === "object" && thrown !== null && "name" in thrown && thrown.name === "Error";
  return isPlain ? redactText(messageOf(thrown), { secrets: [text] }) : "has a value that cannot be read";
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
      const value = Number(text);
      if (!/^\d+$/.test(text) || value < minimum || !Number.isSafeInteger(value)) {
        throw new Error(`must be a whole number of at least ${minimum}`);
      }
      return value;
    },

  /** A number of seconds, as the environment gives durations; the value is in whole milliseconds. */
  secondsAsMs: (text: string): number => {
    const valueMs = Math.round(Number(text) * 1000);
    if (!/^\d+(\.\d+)?$/.test(text) || !(valueMs > 0) || !Number.isSafeInteger(valueMs)) {
      throw new Error("must be a number of seconds above 0");
    }
    return valueMs;
  },
} as const;
