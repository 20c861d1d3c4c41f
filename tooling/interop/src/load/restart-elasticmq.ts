import { readFile, stat } from "node:fs/promises";
import { sleep, withTimeout } from "@wirekit/core";

const lookEveryMs = 100;
const limitMs = 120_000;

/**
 * Restarts ElasticMQ, and resolves when its queues have their messages again: it takes requests before that, gives out what comes meanwhile first, and
 * has it twice once the rest is there. Its log says of each queue when that is over.
 */
export async function restartElasticMq(
  server: { readonly logPath: string },
  queues: readonly string[],
  restart: () => Promise<unknown>,
): Promise<void> {
  const { size } = await stat(server.logPath);
  await restart();
  const isRestored = async () => {
    const log = (await readFile(server.logPath)).subarray(size).toString();
    return queues.every((queue) => new RegExp(`Restored \\d+ messages in queue ${queue}\\s`).test(log));
  };
  const wait = async (signal: AbortSignal) => {
    while (!(await isRestored())) await sleep(lookEveryMs, { signal });
  };
  await withTimeout("Restoring the queues of ElasticMQ", wait, { timeoutMs: limitMs });
}
