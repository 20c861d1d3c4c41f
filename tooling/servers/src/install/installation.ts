import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf } from "@wirekit/core/kit";
import { type CacheDirectory, cacheDirectory, createCacheDirectory } from "../cache-directory.ts";
import { InstallError } from "../errors/install-error.ts";
import { MissingRequirementError } from "../errors/missing-requirement-error.ts";
import { isAbandoned, setOwner } from "../owned-directory.ts";
import { demand } from "../requirements/requirement.ts";
import type { Installation, Program } from "./program.ts";
import { readStamp, type Stamp, writeStamp } from "./stamp.ts";
import { withLock } from "./with-lock.ts";

export interface InstallOptions {
  /** Ends the installation; the call rejects with this signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  readonly cache?: CacheDirectory | undefined;
}

/**
 * The program's installation, made on first use. It is made in a folder of its own and renamed when it is
 * whole, by one process at a time; one that is half or broken is made anew.
 *
 * @throws MissingRequirementError when the machine lacks what the installation needs; InstallError when it
 * fails.
 */
export async function install(program: Program, options: InstallOptions = {}): Promise<Installation> {
  const { cache = cacheDirectory(), signal } = options;
  const directory = directoryOf(program, cache);
  const there = await readStamp(directory);
  if (there !== undefined) return { directory, versions: there.versions, installedInMs: 0 };

  await demand(program.name, [...program.toInstall, ...program.toRun]);
  await createCacheDirectory(cache);
  return withLock(directory, async () => {
    const meanwhile = await readStamp(directory);
    if (meanwhile !== undefined) return { directory, versions: meanwhile.versions, installedInMs: 0 };
    const { versions, tookMs } = await make(program, directory, { cache, signal });
    return { directory, versions, installedInMs: tookMs };
  });
}

/** Whether the program is there, whole. */
export async function isInstalled(
  program: Program,
  cache: CacheDirectory = cacheDirectory(),
): Promise<boolean> {
  return (await readStamp(directoryOf(program, cache))) !== undefined;
}

/** The folder of this very version: `programs/kafka-1f0c2a9be4d1`. */
export function directoryOf(program: Program, cache: CacheDirectory): string {
  const wanted = Object.entries(program.wanted).sort(([a], [b]) => (a < b ? -1 : 1));
  const identity = JSON.stringify([program.name, process.platform, process.arch, wanted]);
  const digest = createHash("sha256").update(identity).digest("hex").slice(0, 12);
  return join(cache.programs, `${program.name}-${digest}`);
}

async function make(
  program: Program,
  directory: string,
  { cache, signal }: { readonly cache: CacheDirectory; readonly signal: AbortSignal | undefined },
): Promise<Stamp> {
  const startedAt = performance.now();
  const prefix = `.half-${basename(directory)}-`;
  await clearAway(cache.programs, prefix);
  const half = await mkdtemp(join(cache.programs, prefix));
  await setOwner(half, process.pid);
  const logPath = join(cache.logs, `${basename(half).replace(".half-", "install-")}.log`);
  const content = join(half, "content");
  try {
    await mkdir(content);
    const versions = await program.install({ directory: content, logPath, signal });
    const tookMs = Math.round(performance.now() - startedAt);
    const stamp = await writeStamp(content, { program: program.name, versions, tookMs });
    // Two processes at work at the same time are not meant to be, but must do no harm: a server may run from
    // there.
    const rival = await readStamp(directory);
    if (rival !== undefined) return rival;
    // A broken installation has to make room first: a folder with content cannot be renamed over.
    await rename(directory, join(half, "broken")).catch(() => undefined);
    await rename(content, directory);
    return stamp;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof MissingRequirementError) throw error;
    throw new InstallError(program.name, messageOf(error), { logPath, cause: error });
  } finally {
    await rm(half, { recursive: true, force: true });
  }
}

/** Deletes what processes left that died in the middle of an installation. */
async function clearAway(directory: string, prefix: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.startsWith(prefix) && (await isAbandoned(path)))
      await rm(path, { recursive: true, force: true });
  }
}
