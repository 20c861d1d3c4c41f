import { readdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { CacheDirectory } from "../src/cache-directory.ts";
import { sweep } from "../src/run/run-directory.ts";
import { eventually, processOf } from "./eventually.ts";
import { runFixture } from "./fixtures/run-fixture.ts";
import { createTemporaryCache, deleteTemporaryCache } from "./temporary-cache.ts";

interface Started {
  readonly pid: number;
  readonly childPid: number;
  readonly guardPid: number;
}

let cache: CacheDirectory;
beforeEach(async () => {
  cache = await createTemporaryCache();
});
afterEach(() => deleteTemporaryCache(cache));

it.each(["SIGKILL", "SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "a process that is ended by %s takes its server along, and all that the server started",
  async (signal) => {
    const starter = runFixture("starts-a-server.ts", cache, "wait");
    const started = await starter.next<Started>();
    for (const pid of Object.values<number>({ ...started })) expect(await processOf(pid)).toBeDefined();
    starter.process.kill(signal);
    await expectAllGone(started);
  },
);

it("a process that crashes takes its server along", async () => {
  const starter = runFixture("starts-a-server.ts", cache, "throw");
  await expectAllGone(await starter.next<Started>());
});

it("a server does not keep the process alive that started it, and ends with it", async () => {
  const starter = runFixture("starts-a-server.ts", cache, "end");
  const started = await starter.next<Started>();
  await starter.ended;
  expect(starter.process.exitCode).toBe(0);
  await expectAllGone(started);
});

it("the folder of a process that was killed is swept by the next start", async () => {
  const starter = runFixture("starts-a-server.ts", cache, "wait");
  await starter.next();
  await sweep(cache);
  expect(await readdir(cache.runs)).toHaveLength(1);
  starter.process.kill("SIGKILL");
  await starter.ended;
  await sweep(cache);
  expect(await readdir(cache.runs)).toEqual([]);
});

async function expectAllGone(started: Started): Promise<void> {
  for (const [name, pid] of Object.entries(started))
    await eventually(`${name} is gone`, async () => (await processOf(pid)) === undefined);
}
