import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { CacheDirectory } from "../cache-directory.ts";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Where one start of a server keeps its configuration and data, and where it logs. */
export interface RunDirectory {
  readonly path: string;
  /** Outside the folder, so that it is still there when the folder is gone. */
  readonly logPath: string;
}

const ownerFile = "owner.json";
const logsKeptMs = 7 * 24 * 60 * 60_000;
/** A folder without an owner is one that was made a moment ago, or one whose maker died that very moment. */
const ownerDueMs = 60 * 60_000;

/** A new, empty folder, which belongs to this process. */
export async function createRunDirectory(name: string, cache: CacheDirectory): Promise<RunDirectory> {
  const path = await mkdtemp(join(cache.runs, `${name}-`));
  await setOwner(path, process.pid);
  return { path, logPath: join(cache.logs, `${basename(path)}.log`) };
}

/** Names the process that the folder belongs to: as long as it lives, nobody sweeps the folder. */
export async function setOwner(path: string, pid: number): Promise<void> {
  const owner = await identify(pid);
  if (owner === undefined) return;
  const next = join(path, `${ownerFile}.next`);
  await writeFile(next, JSON.stringify(owner));
  await rename(next, join(path, ownerFile));
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

async function isAbandoned(path: string, now: number): Promise<boolean> {
  const text = await readFile(join(path, ownerFile), "utf8").catch(() => undefined);
  if (text === undefined) return now - (await changedAt(path, now)) > ownerDueMs;
  return !(await isAlive(JSON.parse(text) as ProcessIdentity));
}

async function changedAt(path: string, now: number): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? now;
}
