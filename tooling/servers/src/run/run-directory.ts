import { mkdtemp, readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CacheDirectory } from "../cache-directory.ts";
import { changedAt, isAbandoned, setOwner } from "../owned-directory.ts";

/** Where one start of a server keeps its configuration and data, and where it logs. */
export interface RunDirectory {
  readonly path: string;
  /** Outside the folder, so that it is still there when the folder is gone. */
  readonly logPath: string;
}

const logsKeptMs = 7 * 24 * 60 * 60_000;

/** A new, empty folder, which belongs to this process. */
export async function createRunDirectory(name: string, cache: CacheDirectory): Promise<RunDirectory> {
  const path = await mkdtemp(join(cache.runs, `${name}-`));
  await setOwner(path, process.pid);
  return { path, logPath: join(cache.logs, `${basename(path)}.log`) };
}

/** Deletes the folders of processes that are no more, and logs that are a week old. */
export async function sweep(cache: CacheDirectory, now: number = Date.now()): Promise<void> {
  for (const name of await readdir(cache.runs)) {
    const path = join(cache.runs, name);
    if (await isAbandoned(path, now)) await rm(path, { recursive: true, force: true });
  }
  for (const name of await readdir(cache.logs)) {
    const path = join(cache.logs, name);
    if (now - (await changedAt(path, now)) > logsKeptMs) await rm(path, { force: true });
  }
}
