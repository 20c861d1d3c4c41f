import { existsSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "@wirekit/core";

/** The original clients that no index has: each is given as a folder, by a variable. */
export const originals = {
  kindo: { variable: "WIREKIT_ORIGINAL_KINDO", module: "kindo_message_python_client" },
  mykobo: { variable: "WIREKIT_ORIGINAL_MYKOBO", module: "mykobo_py" },
} as const;

export type Original = keyof typeof originals;

/**
 * The folder that holds the original's package, to be put on `PYTHONPATH`; `undefined` where no copy was
 * given.
 *
 * @throws ConfigError where the variable names a folder that does not hold it.
 */
export function copyOf(original: Original, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { variable, module } = originals[original];
  const folder = env[variable];
  if (folder === undefined || folder === "") return undefined;
  if (existsSync(join(folder, module))) return folder;
  throw new ConfigError([{ path: variable, message: `must be the folder that holds the package ${module}` }]);
}
