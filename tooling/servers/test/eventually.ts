import { systemClock } from "@wirekit/core";
import { sleep } from "@wirekit/core/kit";

const withinMs = 60_000;
const lookEveryMs = 20;

/** Resolves as soon as `isSo` does to true; rejects, naming `what`, when that does not come about. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = systemClock.monotonic();
  while (!(await isSo())) {
    if (systemClock.monotonic() - startedAt > withinMs) throw new Error(`it never came about: ${what}`);
    await sleep(lookEveryMs);
  }
}

/** Whether there is a process with this number that is no zombie. */
export { identify as processOf } from "../src/run/process-identity.ts";
