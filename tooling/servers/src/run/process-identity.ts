import { readFile } from "node:fs/promises";
import { runCommand } from "../run-command.ts";

/** A process that can be told from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own notation. */
  readonly startedAt: string;
}

/**
 * The identity of the process that has this number now; `undefined` where there is none, or only its remains.
 */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = process.platform === "linux" ? await startInProc(pid) : await startInPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether this very process still runs. */
export async function isAlive({ pid, startedAt }: ProcessIdentity): Promise<boolean> {
  return (await identify(pid))?.startedAt === startedAt;
}

/** Clock ticks since the machine was started, and which start of the machine that was. */
async function startInProc(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined),
    readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => ""),
  ]);
  // The second field is the program's name in brackets, which may hold anything; the state is third, the
  // start 22nd.
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  if (state === undefined || state === "Z" || state === "X") return undefined;
  return `${boot.trim()} ${fields[18]}`;
}

async function startInPs(pid: number): Promise<string | undefined> {
  const shown = await runCommand("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => undefined);
  return shown?.stdout.trim() || undefined;
}
