import { readFile } from "node:fs/promises";
import { platform } from "node:os";

/** What Linux counts processor time in, on every machine that Node.js runs on. */
const ticksPerSecond = 100;

/**
 * The processor time that a process has taken, in milliseconds; `undefined` where the system does not tell it
 * (all but Linux).
 */
export async function processorMsOf(pid: number): Promise<number | undefined> {
  return platform() === "linux" ? parseProcessorMs(await readFile(`/proc/${pid}/stat`, "utf8")) : undefined;
}

/**
 * Reads `/proc/<pid>/stat`: of its fields, the 14th and 15th are the time in the program and in the system.
 */
export function parseProcessorMs(stat: string): number {
  // The second field is the program's name in parentheses, and may itself have blanks and parentheses in it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  if (Number.isNaN(user) || Number.isNaN(system))
    throw new TypeError("no processor time in /proc/<pid>/stat");
  return ((user + system) * 1000) / ticksPerSecond;
}
