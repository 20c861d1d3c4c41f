import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CacheDirectory } from "../cache-directory.ts";
import { isAlive, type ProcessIdentity } from "../run/process-identity.ts";

/** A server that was brought up to stay, as the commands after that know it. */
export interface UpServer {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly guard: ProcessIdentity;
  readonly process: ProcessIdentity;
  readonly ports: Readonly<Record<string, number>>;
  readonly addresses: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  readonly logPath: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

const extension = ".json";

/** Writes the file as a whole: whoever reads it at the same time sees the one before it, or this one. */
export async function writeState(cache: CacheDirectory, server: UpServer): Promise<void> {
  const path = pathOf(cache, server.name);
  const next = `${path}.${process.pid}.next`;
  await writeFile(next, `${JSON.stringify(server, undefined, 2)}\n`, { mode: 0o600 });
  await rename(next, path);
}

/**
 * What was written of the server; `undefined` where it was not brought up, or where the file cannot be read.
 */
export async function readState(cache: CacheDirectory, name: string): Promise<UpServer | undefined> {
  const text = await readFile(pathOf(cache, name), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as UpServer;
  } catch {
    return undefined;
  }
}

/** Every server that was brought up, in the order of their names, whether or not it still runs. */
export async function readStates(cache: CacheDirectory): Promise<readonly UpServer[]> {
  const files = (await readdir(cache.up).catch(() => [])).filter((file) => file.endsWith(extension)).sort();
  const states = await Promise.all(files.map((file) => readState(cache, file.slice(0, -extension.length))));
  return states.filter((state) => state !== undefined);
}

export async function deleteState(cache: CacheDirectory, name: string): Promise<void> {
  await rm(pathOf(cache, name), { force: true });
}

/** Whether the server still runs, and can still be ended. */
export async function isUp(server: UpServer): Promise<boolean> {
  return await isAlive(server.process);
}

function pathOf(cache: CacheDirectory, name: string): string {
  return join(cache.up, `${name}${extension}`);
}
