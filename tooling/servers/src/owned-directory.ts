import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./run/process-identity.ts";

const ownerFile = "owner.json";
/** A folder without an owner is one that was made a moment ago, or one whose maker died that very moment. */
const ownerDueMs = 60 * 60_000;

/** Names the process that the folder belongs to: as long as it lives, nobody clears the folder away. */
export async function setOwner(path: string, pid: number): Promise<void> {
  const owner = await identify(pid);
  if (owner === undefined) return;
  const next = join(path, `${ownerFile}.next`);
  await writeFile(next, JSON.stringify(owner));
  await rename(next, join(path, ownerFile));
}

/** Whether the process that the folder belonged to is no more. */
export async function isAbandoned(path: string, now: number = Date.now()): Promise<boolean> {
  const owner = await ownerOf(path);
  if (owner === undefined) return now - (await changedAt(path, now)) > ownerDueMs;
  return !(await isAlive(owner));
}

/** When the file or folder was last changed, in milliseconds since 1970; `otherwise` where there is none. */
export async function changedAt(path: string, otherwise: number): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? otherwise;
}

async function ownerOf(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(join(path, ownerFile), "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
