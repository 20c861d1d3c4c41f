import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createTemporaryCache, deleteTemporaryCache } from "../../test/temporary-cache.ts";
import type { CacheDirectory } from "../cache-directory.ts";
import { deleteState, readState, readStates, type UpServer, writeState } from "./state-file.ts";

let cache: CacheDirectory;
beforeEach(async () => {
  cache = await createTemporaryCache();
});
afterEach(() => deleteTemporaryCache(cache));

it("what was written is read, by one name and all together, until it is deleted", async () => {
  await writeState(cache, named("redis"));
  await writeState(cache, named("kafka"));
  await writeState(cache, { ...named("kafka"), startedAt: 7 });
  expect(await readState(cache, "kafka")).toEqual({ ...named("kafka"), startedAt: 7 });
  expect((await readStates(cache)).map(({ name }) => name)).toEqual(["kafka", "redis"]);
  await deleteState(cache, "kafka");
  expect(await readState(cache, "kafka")).toBeUndefined();
  expect((await readStates(cache)).map(({ name }) => name)).toEqual(["redis"]);
});

it("may hold passwords, so nobody else may read it", async () => {
  await writeState(cache, named("redis"));
  expect((await stat(join(cache.up, "redis.json"))).mode & 0o077).toBe(0);
  expect(await readdir(cache.up)).toEqual(["redis.json"]);
});

it("a file that cannot be read is as good as none, and so is a folder that is not there", async () => {
  await writeFile(join(cache.up, "redis.json"), '{"name":');
  expect(await readStates(cache)).toEqual([]);
  await deleteTemporaryCache(cache);
  expect(await readStates(cache)).toEqual([]);
});

function named(name: string): UpServer {
  return {
    name,
    versions: {},
    guard: { pid: 1, startedAt: "" },
    process: { pid: 2, startedAt: "" },
    ports: {},
    addresses: {},
    environment: {},
    directory: "",
    logPath: "",
    startedAt: 0,
  };
}
