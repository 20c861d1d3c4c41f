import { ConfigError, type Env } from "@wirekit/core";

/**
 * The variables of the `.env` file in the working directory; none when there is no such file. `process.env` is left as it is.
 *
 * Synchronous, so that a client can be made where a program's modules are set up. What it needs is therefore fetched here
 * rather than imported: whoever does not read the environment does not load it.
 *
 * @throws ConfigError when the file is there and cannot be read.
 */
export function readEnvFile(directory: string = process.cwd()): Env {
  const { readFileSync } = process.getBuiltinModule("node:fs");
  const { join } = process.getBuiltinModule("node:path");
  let content: string;
  try {
    content = readFileSync(join(directory, ".env"), "utf8");
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === "ENOENT") return {};
    throw new ConfigError([{ path: ".env", message: "is there, but cannot be read" }], { cause });
  }
  return parser().parse(content);
}

function parser(): typeof import("dotenv") {
  const { createRequire } = process.getBuiltinModule("node:module");
  try {
    return createRequire(import.meta.url)("dotenv");
  } catch (cause) {
    throw new ConfigError(
      [{ path: ".env", message: "is there, but the package dotenv that reads it is not" }],
      {
        cause,
      },
    );
  }
}
