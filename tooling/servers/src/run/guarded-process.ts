import { fork } from "node:child_process";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { WirekitError } from "@wirekit/core";
import { withTimeout } from "@wirekit/core/kit";
import { deferred } from "@wirekit/core/testing";

/** What is executed. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd: string;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process group under a guard, which ends it as soon as this process ends in whatever way. */
export interface GuardedProcess {
  readonly pid: number;
  readonly guardPid: number;
  /** Resolves when the process has ended; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  /** Sends the signal to every process of the group; `false` where there is none any more. */
  signal(signal: NodeJS.Signals): boolean;
  /** Lets the process outlive this one. Its guard stays, and ends it when it is told to by SIGTERM. */
  release(): Promise<void>;
}

/** The command could not be executed. */
export class NotExecutedError extends WirekitError<"servers/not-executed"> {
  override readonly name: string = "NotExecutedError";

  constructor(command: string, reason: string) {
    super(`${command} could not be executed: ${reason}`, { code: "servers/not-executed" });
  }
}

type Report =
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "not-run"; readonly code: string }
  | ({ readonly kind: "ended" } & ProcessEnd)
  | { readonly kind: "released" };

const guardPath = fileURLToPath(new URL("guard.mjs", import.meta.url));
/** The guard itself answers at once, but the machine may have much to do. */
const guardAnswersWithinMs = 60_000;

/**
 * Starts the command in a process group of its own, under a guard. Its output is appended to the file at
 * `logPath`. Neither the guard nor the command keeps this process alive.
 *
 * @param label what tells the guard from others in a list of processes.
 * @throws NotExecutedError where there is no such command.
 */
export async function spawnGuarded(
  launch: Launch,
  { logPath, label }: { readonly logPath: string; readonly label: string },
): Promise<GuardedProcess> {
  const log = await open(logPath, "a", 0o600);
  const guard = fork(guardPath, [label, launch.command, ...launch.args], {
    cwd: launch.cwd,
    env: { ...process.env, ...launch.env },
    // Whatever this process was told to load (a test runner, a TypeScript loader) is of no use to the guard.
    execArgv: [],
    detached: true,
    stdio: ["ignore", log.fd, log.fd, "ipc"],
  });
  const reports = listen(guard);
  guard.unref();
  guard.channel?.unref();
  await log.close();

  const first = await withTimeout(`The guard of ${label}`, () => reports.first, {
    timeoutMs: guardAnswersWithinMs,
  });
  if (first.kind !== "started") throw new NotExecutedError(launch.command, first.reason);
  const { pid } = first;
  let over = false;
  void reports.ended.then(() => {
    over = true;
  });
  return {
    pid,
    guardPid: guard.pid ?? 0,
    ended: reports.ended,
    // Once the group is gone, its number may be another's.
    signal: (signal) => !over && signalGroup(pid, signal),
    release: async () => {
      guard.send("release");
      await withTimeout(`The guard of ${label}`, () => reports.released, { timeoutMs: guardAnswersWithinMs });
    },
  };
}

type First =
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "not-run"; readonly reason: string };

/** Turns what a guard reports into promises, none of which rejects. */
function listen(guard: ReturnType<typeof fork>): {
  readonly first: Promise<First>;
  readonly ended: Promise<ProcessEnd>;
  readonly released: Promise<void>;
} {
  const first = deferred<First>();
  const ended = deferred<ProcessEnd>();
  const released = deferred<void>();
  let server: number | undefined;
  guard.on("message", (report: Report) => {
    if (report.kind === "released") return released.resolve();
    if (report.kind === "not-run") return first.resolve({ kind: "not-run", reason: report.code });
    if (report.kind === "ended") {
      server = undefined;
      return ended.resolve({ code: report.code, signal: report.signal });
    }
    server = report.pid;
    first.resolve(report);
  });
  guard.once("error", (error) => first.resolve({ kind: "not-run", reason: error.message }));
  // "close" comes after the last report; "exit" may come before it.
  guard.once("close", (code, signal) => {
    // A guard that was itself killed has left the server behind.
    if (server !== undefined) signalGroup(server, "SIGKILL");
    first.resolve({ kind: "not-run", reason: `its guard ended with ${code ?? signal}` });
    ended.resolve({ code, signal });
    released.resolve();
  });
  return { first: first.promise, ended: ended.promise, released: released.promise };
}

function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
