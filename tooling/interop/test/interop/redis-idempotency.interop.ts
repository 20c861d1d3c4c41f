import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "@jest/globals";
import type { IdempotencyClaim } from "@wirekit/core/inbound";
import { sleep } from "@wirekit/core/kit";
import { startRedis } from "@wirekit/servers";
import { scale } from "@wirekit/test-support/scale";
import { ClaimAccount } from "../../src/load/claim-account.ts";
import { runProgram } from "../../src/programs/run-program.ts";
import type { TalkingProgram } from "../../src/programs/talking-program.ts";
import { startTypeScript } from "../../src/programs/typescript-program.ts";
import { describePair } from "../../src/rows/describe-pair.ts";
import { sharedServer } from "../../src/rows/servers-in-use.ts";

const redis = sharedServer(startRedis);
const processes = 8;
const drivers = ["ioredis", "node-redis"];
const keys = Array.from({ length: scale({ small: 400, full: 2_000 }) }, (_, index) => `key-${index}`);
/** Much longer than a process is kept waiting, and short enough to be waited for. */
const ttlMs = 3_000;

interface Crowd extends AsyncDisposable {
  readonly workers: readonly TalkingProgram[];
  readonly account: ClaimAccount;
  /** What Redis has in the end, for each key. */
  results(): Promise<ReadonlyMap<string, string>>;
}

async function startCrowd(prefix: string, count = processes): Promise<Crowd> {
  const { url } = await redis();
  const file = new URL("../../src/load/claims-process.ts", import.meta.url);
  const account = new ClaimAccount();
  const start = (index: number) =>
    startTypeScript(file, {
      REDIS_URL: url,
      DRIVER: drivers[index % drivers.length] ?? "",
      PREFIX: prefix,
      TTL_MS: String(ttlMs),
    });
  const workers = Array.from({ length: count }, (_, index) => start(index));
  for (const [index, worker] of workers.entries()) account.follow(worker, index);
  // Before anything begins, all of them are there.
  await Promise.all(workers.map((worker) => worker.ask("ready")));
  return {
    workers,
    account,
    results: async () => {
      await using reader = start(0);
      return new Map(await reader.ask<readonly [string, string][]>("results", { keys }));
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
    },
  };
}

/** Each its own order, so that all of them meet everywhere. */
function rotated(worker: number): readonly string[] {
  const from = Math.floor((keys.length * worker) / processes / 4);
  return [...keys.slice(from), ...keys.slice(0, from)];
}

const pair = { ours: "core/redis", on: "Redis", needs: ["redis"] } as const;

await describePair({ ...pair, theirs: `${processes} processes of ioredis and node-redis` }, (row) => {
  row("ours <-> ours", "each key is done once, and what killed ones held is freed", async () => {
    await using crowd = await startCrowd("killed:");
    const doomed = [1, 4, 6];
    const start = (index: number, hangAt?: number) =>
      crowd.workers[index]?.ask("work", { keys: rotated(index), hangAt });
    // Three stand still with a claim in hand, and are killed while the others come by it; a fourth is killed
    // wherever it is.
    const hanging = doomed.map((index) => heard(crowd.workers[index], "hangs"));
    const dying = doomed.map((index) => expect(start(index, 5)).rejects.toThrow("SIGKILL"));
    await Promise.all(hanging);
    const unlucky = expect(start(3)).rejects.toThrow("SIGKILL");
    const working = [0, 2, 5, 7].map((index) => start(index));
    await crowd.account.reached(Math.floor(keys.length / 4));
    for (const index of [...doomed, 3]) {
      crowd.account.killed(index);
      await crowd.workers[index]?.kill();
    }
    await Promise.all([...dying, unlucky, ...working]);

    const { claims, unexplained, freed, late } = crowd.account.settle(await crowd.results());
    expect(unexplained).toEqual([]);
    // The test has a subject: these were claimed a second time.
    expect(freed).toBeGreaterThanOrEqual(doomed.length);
    return { keys: keys.length, claims, killed: 4, freed, late };
  });

  row("ours <-> ours", "Redis is killed and restarted in the middle", async () => {
    await using crowd = await startCrowd("restarted:");
    let away = 0;
    for (const worker of crowd.workers) worker.on("redis-away", () => (away += 1));
    const working = Promise.all(
      crowd.workers.map((worker, index) => worker.ask("work", { keys: rotated(index) })),
    );
    for (const part of [4, 2] as const) {
      await crowd.account.reached(Math.floor(keys.length / part));
      await (await redis()).restart({ signal: "SIGKILL" });
    }
    await working;
    const { claims, unexplained, late } = crowd.account.settle(await crowd.results());
    expect(unexplained).toEqual([]);
    expect(away).toBeGreaterThan(0);
    return { keys: keys.length, claims, restarts: 2, late, away };
  });

  row("ours <-> ours", "who finishes late changes nothing of the one who took over", async () => {
    await using crowd = await startCrowd("late:", 3);
    const [slow, next, third] = crowd.workers;
    if (slow === undefined || next === undefined || third === undefined) throw new Error("there are three");
    const key = "contested";
    const first = await slow.ask<IdempotencyClaim<unknown>>("begin", { key });
    if (first.kind !== "begun") throw new Error("nobody else has it");
    process.kill(slow.pid, "SIGSTOP");
    const second = await begunBy(next, key);
    process.kill(slow.pid, "SIGCONT");
    const late = { key, token: first.token };
    for (const call of ["complete", "abandon", "renew"])
      expect([call, await slow.ask(call, late)]).toEqual([call, false]);
    expect(await third.ask("begin", { key })).toEqual({ kind: "in-progress" });
    expect(await next.ask("complete", { key, token: second })).toBe(true);
    expect(await third.ask("begin", { key })).toEqual({ kind: "done", result: { token: second } });
    for (const call of ["complete", "abandon", "renew"])
      expect([call, await slow.ask(call, late)]).toEqual([call, false]);
    return { claims: 2, refused: 6 };
  });
});

/** Asks until the claim of the one before has run out. */
async function begunBy(worker: TalkingProgram, key: string): Promise<string> {
  for (;;) {
    const claim = await worker.ask<IdempotencyClaim<unknown>>("begin", { key });
    if (claim.kind === "begun") return claim.token;
    expect(claim).toEqual({ kind: "in-progress" });
    await sleep(50);
  }
}

function heard(worker: TalkingProgram | undefined, event: string): Promise<unknown> {
  if (worker === undefined) throw new Error("there are as many");
  return new Promise((resolve) => worker.on(event, resolve));
}

await describePair({ ...pair, theirs: "ioredis and node-redis" }, (row) => {
  row("ours -> theirs", "the store keeps its contract over both", async () => {
    const { url } = await redis();
    const core = fileURLToPath(new URL("../../../../packages/core/", import.meta.url));
    const files = ["--rootDir", core, "--config", join(core, "jest.config.js")];
    const only = ["--testMatch", "<rootDir>/test/interop/redis.interop.ts", "--reporters", "default"];
    const run = [join(core, "node_modules/.bin/wirekit-jest"), ...files, ...only, "--json"];
    const [command = "", ...options] = run;
    const report = JSON.parse(await runProgram(command, options, { env: { WIREKIT_REDIS_URL: url } })) as {
      readonly numPassedTests: number;
      readonly numTotalTests: number;
    };
    expect(report.numPassedTests).toBe(report.numTotalTests);
    expect(report.numTotalTests).toBeGreaterThan(0);
    return { tests: report.numPassedTests };
  });
});
