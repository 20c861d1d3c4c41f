import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { createTemporaryCache, deleteTemporaryCache } from "../../test/temporary-cache.ts";
import type { CacheDirectory } from "../cache-directory.ts";
import { setOwner } from "../owned-directory.ts";
import { createRunDirectory, sweep } from "./run-directory.ts";

const hourMs = 60 * 60_000;

let cache: CacheDirectory;
beforeEach(async () => {
  cache = await createTemporaryCache();
});
afterEach(() => deleteTemporaryCache(cache));

it("a folder is left alone while its owner lives", async () => {
  const { path, logPath } = await createRunDirectory("kafka", cache);
  await sweep(cache, Date.now() + 1_000 * hourMs);
  expect(await readdir(cache.runs)).toHaveLength(1);
  expect(path).not.toBe((await createRunDirectory("kafka", cache)).path);
  expect(logPath.startsWith(cache.logs)).toBe(true);
});

it("a folder is deleted once its owner is gone, also when another process has its number now", async () => {
  const { path } = await createRunDirectory("kafka", cache);
  await writeFile(join(path, "owner.json"), JSON.stringify({ pid: process.pid, startedAt: "before" }));
  await sweep(cache);
  expect(await readdir(cache.runs)).toEqual([]);
});

it("a folder keeps its owner when it is given to a process that is gone already", async () => {
  const { path } = await createRunDirectory("kafka", cache);
  await setOwner(path, 2 ** 22 + 1);
  await sweep(cache);
  expect(await readdir(cache.runs)).toHaveLength(1);
});

it.each(["none", "cut off"])("a folder with an owner that is %s is given an hour", async (owner) => {
  const path = join(cache.runs, "redis-abc");
  await mkdir(path);
  if (owner === "cut off") await writeFile(join(path, "owner.json"), '{"pid":');
  await sweep(cache);
  expect(await readdir(cache.runs)).toEqual(["redis-abc"]);
  await sweep(cache, Date.now() + 2 * hourMs);
  expect(await readdir(cache.runs)).toEqual([]);
});

it("a log is kept for a week", async () => {
  const [young, old] = [join(cache.logs, "young.log"), join(cache.logs, "old.log")];
  await Promise.all([writeFile(young, ""), writeFile(old, "")]);
  const eightDaysAgo = new Date(Date.now() - 8 * 24 * hourMs);
  await utimes(old, eightDaysAgo, eightDaysAgo);
  await sweep(cache);
  expect(await readdir(cache.logs)).toEqual(["young.log"]);
});
