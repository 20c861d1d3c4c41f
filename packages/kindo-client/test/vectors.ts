import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = join(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The cases of a file of golden vectors that the repository carries. */
export function readVectors<Case>(file: string): readonly Case[] {
  return JSON.parse(readFileSync(join(repository, "tooling/vectors", file), "utf8"));
}

/**
 * The cases of a file that the repository may not carry, because it is someone else's. It is looked for beside the checkout,
 * or where `WIREKIT_SHARED` says.
 *
 * @returns `undefined`, and says so, when the file is not there; with `WIREKIT_REQUIRE_SHARED=1` that is an error.
 */
export function readSharedVectors<Case>(file: string): readonly Case[] | undefined {
  const shared = process.env.WIREKIT_SHARED ?? join(repository, "../shared");
  const path = join(shared, "vectors", file);
  if (existsSync(path)) return JSON.parse(readFileSync(path, "utf8"));
  const message = `${path} is not there: its cases are NOT TESTED`;
  if (process.env.WIREKIT_REQUIRE_SHARED === "1") throw new Error(message);
  console.warn(message);
  return undefined;
}
