import { readFile, stat } from "node:fs/promises";
import { sleep, withTimeout } from "@wirekit/core/kit";
import type { CuttableWay } from "./cuttable-way.ts";

const lookEveryMs = 100;
const limitMs = 120_000;

/**
 * Restarts ElasticMQ, which nobody reaches meanwhile, and mends the way when its queues have their messages
 * again. It would take requests before that: say that there is no such queue, give out first what comes
 * meanwhile, and have that twice once the rest is there. Its log says of each queue when that is over.
 */
export async function restartElasticMq(
  { server, way, queues }: RestartedElasticMq,
  restart: () => Promise<unknown>,
): Promise<void> {
  const { size } = await stat(server.logPath);
  const isRestored = async () => {
    const log = (await readFile(server.logPath)).subarray(size).toString();
    return queues.every((queue) => new RegExp(`Restored \\d+ messages in queue ${queue}\\s`).test(log));
  };
  const wait = async (signal: AbortSignal) => {
    while (!(await isRestored())) await sleep(lookEveryMs, { signal });
  };
  await way.cut();
  await restart();
  await withTimeout("Restoring the queues of ElasticMQ", wait, { timeoutMs: limitMs });
  await way.mend();
}

export interface RestartedElasticMq {
  readonly server: { readonly logPath: string };
  /** By which all clients reach it. */
  readonly way: Pick<CuttableWay, "cut" | "mend">;
  readonly queues: readonly string[];
}
