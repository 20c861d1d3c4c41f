import { readdir, rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { CacheDirectory } from "../src/cache-directory.ts";
import { takeDown } from "../src/cli/down.ts";
import { isUp, readState, readStates } from "../src/cli/state-file.ts";
import { type BroughtUp, bringUp } from "../src/cli/up.ts";
import { sweep } from "../src/run/run-directory.ts";
import { startServer } from "../src/run/start-server.ts";
import { eventually, processOf } from "./eventually.ts";
import { ask, fakeRecipe } from "./fake-server/recipe.ts";
import { runFixture } from "./fixtures/run-fixture.ts";
import { createTemporaryCache, deleteTemporaryCache } from "./temporary-cache.ts";

let cache: CacheDirectory;
beforeEach(async () => {
  cache = await createTemporaryCache();
});
afterEach(async () => {
  for (const server of await readStates(cache)) await takeDown(server, cache);
  await deleteTemporaryCache(cache);
});

it("a server that was brought up outlives the command, keeps its folder, and is gone after down", async () => {
  const { server } = await upByAnotherProcess();
  await sweep(cache);
  const { pid, childPid } = await ask({ url: server.addresses.url ?? "" });
  expect(pid).toBe(server.process.pid);
  expect(await isUp(server)).toBe(true);
  expect(await readState(cache, "fake")).toEqual(server);

  await takeDown(server, cache);
  for (const left of [pid, childPid, server.guard.pid])
    await eventually(`process ${left} is gone`, async () => (await processOf(left)) === undefined);
  expect(await readStates(cache)).toEqual([]);
  expect(await readdir(cache.runs)).toEqual([]);
});

it("bringing it up twice gives the same server", async () => {
  const { server } = await upByAnotherProcess();
  const again = await bringUp("fake", () => Promise.reject(new Error("there is one")), cache);
  expect(again).toEqual({ server, before: "already-up" });
});

it("one that died is seen to have died, and makes room for another", async () => {
  const { server } = await upByAnotherProcess();
  process.kill(server.process.pid, "SIGKILL");
  await eventually("it is seen to have died", async () => !(await isUp(server)));
  const next = await bringUp("fake", offerFake, cache);
  expect(next.before).toBe("started");
  expect(next.server.process.pid).not.toBe(server.process.pid);
  expect(await readdir(cache.runs)).toHaveLength(1);
});

it("down ends a server whose guard was killed", async () => {
  const { server } = await upByAnotherProcess();
  process.kill(server.guard.pid, "SIGKILL");
  await eventually("the guard is gone", async () => (await processOf(server.guard.pid)) === undefined);
  expect(await isUp(server)).toBe(true);
  await takeDown(server, cache);
  expect(await isUp(server)).toBe(false);
});

it("a server is not let go where nothing could be written of it", async () => {
  let pid = 0;
  const failing = async () => {
    const offer = await offerFake();
    pid = offer.server.pid;
    await rm(cache.up, { recursive: true });
    return offer;
  };
  await expect(bringUp("fake", failing, cache)).rejects.toThrow("ENOENT");
  expect(await processOf(pid)).toBeUndefined();
});

async function upByAnotherProcess(): Promise<BroughtUp> {
  const fixture = runFixture("brings-up.ts", cache);
  const broughtUp = await fixture.next<BroughtUp>();
  await fixture.ended;
  expect(fixture.process.exitCode).toBe(0);
  return broughtUp;
}

async function offerFake() {
  const server = await startServer(fakeRecipe(), { cache });
  return { server, addresses: { url: server.url }, environment: {} };
}
