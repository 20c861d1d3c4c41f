import type { Issue } from "../errors/issues.ts";
import { Faults, isWithin } from "./faults.ts";
import { type Env, type EnvVariable, type Overrides, readEnv } from "./read-env.ts";

/** Where the options of a `fromEnv` come from. */
export interface FromEnvOptions<Options extends object> {
  /**
   * Which variable gives which option. A name with dots gives a member: `"credentials.accessKeyId"`. The
   * variables of one such object belong together: if it is overridden, none of them is read.
   */
  readonly variables: Readonly<Record<string, EnvVariable<unknown>>>;
  readonly env: Env;
  /** Options in place of what the environment says. One that is `undefined` counts as not given. */
  readonly overrides: Overrides<Options>;
}

/**
 * Reads options from the environment and makes something of them. Every `fromEnv` of this house is this
 * function.
 *
 * A variable whose option is overridden is not read. A fault of an option that came from the environment, or
 * could have, is named by its variable, because that is where the user has to look.
 *
 * @param make checks the options: a constructor, or the function that resolves them.
 * @throws ConfigError naming every variable and option at fault, never a value.
 */
export function makeFromEnv<Options extends object, Made>(
  { variables, env, overrides }: FromEnvOptions<Options>,
  make: (options: Options) => Made,
): Made {
  const unusable = new Faults();
  for (const [path, value] of Object.entries({ env, overrides })) {
    if (typeof value !== "object" || value === null) unusable.add({ path, message: "must be an object" });
  }
  unusable.throwIfAny();
  const given = Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined));
  const open = Object.entries(variables).filter(([path]) => !(rootOf(path) in given));
  const faults = new Faults();
  const options: Record<string, unknown> = { ...given };
  for (const [path, variable] of open) {
    const value = faults.collect(() => readEnv(env, { value: variable }))?.value;
    if (value !== undefined) setMember(options, path, value);
  }
  const unread = new Set(faults.issues.map(({ path }) => path));
  const nested = new Faults();
  const made = nested.collect(() => make(options as Options));
  for (const issue of nested.issues) {
    const variable = variableOf(issue, open);
    // A variable that could not be read has been named already.
    if (variable === undefined || !unread.has(variable.path)) faults.add(variable ?? issue);
  }
  faults.throwIfAny();
  return made as Made;
}

function rootOf(path: string): string {
  return path.split(".", 1)[0] ?? path;
}

function setMember(options: Record<string, unknown>, path: string, value: unknown): void {
  const dot = path.indexOf(".");
  if (dot === -1) options[path] = value;
  else {
    const root = path.slice(0, dot);
    options[root] = { ...(options[root] as object | undefined), [path.slice(dot + 1)]: value };
  }
}

/** The issue under the name of the variable that gives its option, if one does. */
function variableOf(
  issue: Issue,
  open: readonly (readonly [string, EnvVariable<unknown>])[],
): Issue | undefined {
  const [option, variable] = open.find(([path]) => isWithin(issue.path, path)) ?? [];
  if (option === undefined || variable === undefined) return undefined;
  return { path: variable.name, message: `(or the option ${option}) ${issue.message}` };
}
