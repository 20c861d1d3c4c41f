import { systemClock } from "@wirekit/core";
import { sleep } from "@wirekit/core/kit";
import { StartError, type StartFault } from "../errors/start-error.ts";
import { lastLines, readFrom } from "../log-file.ts";
import type { GuardedProcess, ProcessEnd } from "./guarded-process.ts";

/** What is waited for. */
export interface Readiness {
  readonly name: string;
  readonly isReady: (log: string) => Promise<boolean>;
  readonly readyWithinMs: number;
  readonly logPath: string;
  /** Where in the log this start begins. */
  readonly logOffset: number;
  readonly secrets: readonly string[];
  readonly signal: AbortSignal | undefined;
}

const lookEveryMs = 50;
const linesInError = 20;
/** How each of the servers, in the words of its system library, says that a port is another program's. */
const portTaken = /already in use|already bound/i;

/**
 * Waits until the server can be used.
 *
 * @throws StartError when it ends before that, finds a port taken, or takes too long; the signal's own
 * reason.
 */
export async function waitUntilReady(server: GuardedProcess, readiness: Readiness): Promise<void> {
  const { logPath, logOffset, signal, readyWithinMs } = readiness;
  const startedAt = systemClock.monotonic();
  let end: ProcessEnd | undefined;
  void server.ended.then((how) => {
    end = how;
  });
  for (;;) {
    signal?.throwIfAborted();
    // Read before the log is: what it wrote last is in the log then.
    const hasEnded = end;
    const log = await readFrom(logPath, logOffset);
    if (portTaken.test(log))
      throw failure(readiness, "port-taken", "found one of its ports taken by another program", log);
    if (hasEnded !== undefined)
      throw failure(readiness, "ended", `ended before it was ready (${describe(hasEnded)})`, log);
    if ((await readiness.isReady(log)) && end === undefined) return;
    if (systemClock.monotonic() - startedAt > readyWithinMs)
      throw failure(readiness, "not-ready", `was not ready within ${readyWithinMs} ms`, log);
    await sleep(lookEveryMs, { signal });
  }
}

function failure(
  { name, logPath, secrets }: Readiness,
  fault: StartFault,
  reason: string,
  log: string,
): StartError {
  return new StartError(name, { fault, reason, logPath, lastLines: lastLines(log, linesInError, secrets) });
}

/** `exit code 1`, `SIGKILL`. */
export function describe({ code, signal }: ProcessEnd): string {
  return code === null ? String(signal) : `exit code ${code}`;
}
