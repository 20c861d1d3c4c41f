import { startRedis } from "@wirekit/servers";
import { ClaimAccount } from "../../load/claim-account.ts";
import type { TalkingProgram } from "../../programs/talking-program.ts";
import { startTypeScript } from "../../programs/typescript-program.ts";
import { type Held, holding } from "../held.ts";
import type { RunningWorkload, Workload } from "../workload.ts";
import { standingStill } from "./standing-still.ts";

const processes = 4;
const keysInRound = 100;
const ttlMs = 3_000;
const drivers = ["ioredis", "node-redis"];

/**
 * Four processes go for the same keys, round after round, with a claim for each; Redis and the processes
 * fail.
 */
export const idempotencyOnRedis: Workload = {
  name: "idempotency on Redis",
  needs: ["redis"],
  start: () => holding(run),
};

async function run(held: Held): Promise<RunningWorkload> {
  const server = held.hold(await startRedis());
  const account = new ClaimAccount();
  const killed = new Set<TalkingProgram>();
  const latenciesMs: number[] = [];
  let started = 0;
  const startWorker = () => {
    const number = started++;
    const worker = startTypeScript(new URL("../../load/claims-process.ts", import.meta.url), {
      REDIS_URL: server.url,
      DRIVER: drivers[number % drivers.length] ?? "",
      PREFIX: "soak:",
      TTL_MS: String(ttlMs),
    });
    account.follow(worker, worker.pid);
    worker.on("completed", (value) => latenciesMs.push((value as { readonly latencyMs: number }).latencyMs));
    return worker;
  };
  const workers = Array.from({ length: processes }, startWorker);
  held.hold({
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
    },
  });
  await Promise.all(workers.map((worker) => worker.ask("ready")));

  const faults: string[] = [];
  const totals = { rounds: 0, keys: 0, claims: 0, freed: 0, late: 0 };
  let stopping = false;
  const rounds = (async () => {
    while (!stopping && faults.length === 0) {
      const keys = Array.from({ length: keysInRound }, (_, index) => `${totals.rounds}-${index}`);
      await Promise.all(
        workers.map((worker) =>
          worker.ask("work", { keys }).catch((error: unknown) => {
            if (!killed.has(worker)) throw error;
          }),
        ),
      );
      const results = new Map(await workers[0]?.ask<readonly [string, string][]>("results", { keys }));
      const { claims, freed, late, unexplained } = account.settle(results);
      faults.push(...unexplained);
      totals.rounds += 1;
      totals.keys += keysInRound;
      totals.claims += claims;
      totals.freed += freed;
      totals.late += late;
      account.clear();
    }
  })().catch((error: unknown) => {
    faults.push(`the rounds ended: ${error instanceof Error ? error.message : error}`);
  });

  const accountText = () =>
    Object.entries(totals)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ");
  return {
    logPaths: [server.logPath],
    faults: [
      { name: "Redis is killed and restarted", strike: () => server.restart({ signal: "SIGKILL" }) },
      standingStill(server),
      {
        name: "a process is killed",
        // The first is left alone, so that there is one whose memory can be followed.
        strike: async (random) => {
          const index = Math.floor(random.between(1, processes));
          const worker = workers[index];
          if (worker === undefined) return;
          killed.add(worker);
          account.killed(worker.pid);
          await worker.kill();
          const next = startWorker();
          await next.ask("ready");
          workers[index] = next;
        },
      },
    ],
    sample: async () => ({
      done: totals.keys,
      latenciesMs: latenciesMs.splice(0),
      account: accountText(),
      memory: { "process 0": (await workers[0]?.ask<number>("memory")) ?? 0 },
    }),
    finish: async () => {
      stopping = true;
      await rounds;
      return { account: accountText(), faults };
    },
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}
