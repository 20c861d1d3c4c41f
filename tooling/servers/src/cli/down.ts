import { rm } from "node:fs/promises";
import { sleep, withTimeout } from "@wirekit/core/kit";
import type { CacheDirectory } from "../cache-directory.ts";
import { isAlive } from "../run/process-identity.ts";
import { deleteState, type UpServer } from "./state-file.ts";

const lookEveryMs = 50;
/** Its guard ends a server at once; only a machine that has much to do needs longer. */
const guardEndsWithinMs = 30_000;

/**
 * Ends the server, whatever state it and its guard are in, deletes its folder and forgets it. Its log stays.
 */
export async function takeDown(server: UpServer, cache: CacheDirectory): Promise<void> {
  if (await isAlive(server.guard)) {
    process.kill(server.guard.pid, "SIGTERM");
    await until(`The end of ${server.name}`, async () => !(await isAlive(server.guard)));
  }
  // A guard that was itself killed has left the server behind.
  if (await isAlive(server.process)) process.kill(-server.process.pid, "SIGKILL");
  await until(`The end of ${server.name}`, async () => !(await isAlive(server.process)));
  await rm(server.directory, { recursive: true, force: true });
  await deleteState(cache, server.name);
}

function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  return withTimeout(
    what,
    async (signal) => {
      while (!(await isSo())) await sleep(lookEveryMs, { signal });
    },
    { timeoutMs: guardEndsWithinMs },
  );
}
