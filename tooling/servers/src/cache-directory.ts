import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { ConfigError } from "@wirekit/core";

/** Where programs, data and logs are kept: one folder for all checkouts, outside each of them. */
export interface CacheDirectory {
  readonly root: string;
  /** What `install` writes: one folder for each program and version. */
  readonly programs: string;
  /** What a start writes: one folder for each running server, deleted when it is stopped. */
  readonly runs: string;
  /** One file for each start and each installation, kept for a week. */
  readonly logs: string;
  /** One state file for each server that the command line keeps running. */
  readonly up: string;
}

/**
 * The folder that `WIREKIT_SERVERS_DIR` names, or `~/.cache/wirekit-servers`.
 *
 * @throws ConfigError where the variable is not an absolute path: a relative one would mean another folder in
 * every package.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): CacheDirectory {
  const root = env.WIREKIT_SERVERS_DIR || join(homedir(), ".cache", "wirekit-servers");
  if (!isAbsolute(root))
    throw new ConfigError([{ path: "WIREKIT_SERVERS_DIR", message: "must be an absolute path" }]);
  return {
    root,
    programs: join(root, "programs"),
    runs: join(root, "runs"),
    logs: join(root, "logs"),
    up: join(root, "up"),
  };
}

/**
 * Creates the folders that are missing, closed to other users of the machine, since configurations hold
 * passwords.
 */
export async function createCacheDirectory(cache: CacheDirectory): Promise<void> {
  for (const path of [cache.root, cache.programs, cache.runs, cache.logs, cache.up])
    await mkdir(path, { recursive: true, mode: 0o700 });
}
