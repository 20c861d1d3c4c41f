import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { CacheDirectory } from "../src/cache-directory.ts";
import { InstallError } from "../src/errors/install-error.ts";
import { MissingRequirementError } from "../src/errors/missing-requirement-error.ts";
import { directoryOf, install, isInstalled } from "../src/install/installation.ts";
import type { InstallPlace, Program } from "../src/install/program.ts";
import { withLock } from "../src/install/with-lock.ts";
import { runCommand } from "../src/run-command.ts";
import { eventually } from "./eventually.ts";
import { runFixture } from "./fixtures/run-fixture.ts";
import { createTemporaryCache, deleteTemporaryCache } from "./temporary-cache.ts";

let cache: CacheDirectory;
let installed: number;
beforeEach(async () => {
  cache = await createTemporaryCache();
  installed = 0;
});
afterEach(() => deleteTemporaryCache(cache));

it("a program is installed once, on first use", async () => {
  expect(await isInstalled(program(), cache)).toBe(false);
  const first = await install(program(), { cache });
  expect(await readFile(join(first.directory, "program"), "utf8")).toBe("1");
  expect(first).toMatchObject({ versions: { program: "1" } });
  const second = await install(program(), { cache });
  expect(second).toEqual({ ...first, installedInMs: 0 });
  expect(await isInstalled(program(), cache)).toBe(true);
  expect(installed).toBe(1);
});

it("another version is installed beside it", async () => {
  const one = await install(program("1"), { cache });
  const two = await install(program("2"), { cache });
  expect(two.directory).not.toBe(one.directory);
  expect(await isInstalled(program("1"), cache)).toBe(true);
  expect(await readFile(join(two.directory, "program"), "utf8")).toBe("2");
});

it("a half installation is done anew, and so is a broken one", async () => {
  const directory = directoryOf(program(), cache);
  await mkdir(directory);
  await writeFile(join(directory, "program"), "half");
  await install(program(), { cache });
  expect(await readFile(join(directory, "program"), "utf8")).toBe("1");

  await rm(join(directory, "program"));
  await install(program(), { cache });
  expect(await readFile(join(directory, "program"), "utf8")).toBe("1");
  expect(installed).toBe(2);
  expect(await readdir(cache.programs)).toEqual([directory.split("/").at(-1)]);
});

it("requests at the same time share one installation", async () => {
  const all = await Promise.all([1, 2, 3].map(() => install(program(), { cache })));
  expect(installed).toBe(1);
  expect(new Set(all.map(({ directory }) => directory)).size).toBe(1);
});

it("processes at the same time share one installation", async () => {
  const journal = join(cache.root, "journal");
  const permission = join(cache.root, "permission");
  const fixtures = [1, 2].map(() => runFixture("installs-slowly.ts", cache, journal, permission));
  await eventually("one has begun", async () => (await linesOf(journal)) > 0);
  await writeFile(permission, "");
  const [one, two] = await Promise.all(fixtures.map((fixture) => fixture.next<{ directory: string }>()));
  expect(one).toEqual(two);
  expect(await linesOf(journal)).toBe(1);
  await Promise.all(fixtures.map(({ ended }) => ended));
});

it("the installation of a process that was killed is done by the next one, which clears away the half", async () => {
  const journal = join(cache.root, "journal");
  const permission = join(cache.root, "permission");
  const first = runFixture("installs-slowly.ts", cache, journal, permission);
  await eventually("it has begun", async () => (await linesOf(journal)) > 0);
  first.process.kill("SIGKILL");
  await first.ended;
  expect((await readdir(cache.programs)).filter((name) => name.startsWith(".half-"))).toHaveLength(1);

  await writeFile(permission, "");
  const second = runFixture("installs-slowly.ts", cache, journal, permission);
  const { directory } = await second.next<{ directory: string }>();
  expect((await readdir(directory)).sort()).toEqual(["half", "whole", "wirekit-stamp.json"]);
  expect(await readdir(cache.programs)).toEqual([directory.split("/").at(-1)]);
  await second.ended;
}, 120_000);

it("a lock whose holder was killed is taken over", async () => {
  const path = join(cache.root, "thing");
  // What a holder leaves that never came to release it.
  await mkdir(`${path}.lock`);
  expect(await withLock(path, async () => "mine now", { staleAfterMs: 2_000 })).toBe("mine now");
});

it("a failed installation leaves nothing behind but its log, and says where that is", async () => {
  const fails = program("1", async ({ logPath }) => {
    await runCommand(process.execPath, ["-e", "console.log('no such artifact'); process.exit(1)"], {
      logPath,
    });
  });
  const error = await install(fails, { cache }).catch((thrown: unknown) => thrown);
  if (!(error instanceof InstallError)) throw error;
  expect(error).toMatchObject({ code: "servers/install", program: "program", retryable: true });
  expect(error.message).toContain("no such artifact");
  expect(error.message).toContain(error.logPath);
  expect(await readFile(error.logPath, "utf8")).toContain("no such artifact");
  expect(await readdir(cache.programs)).toEqual([]);
  // The next try is not hindered by it.
  await install(program(), { cache });
});

it("what the machine lacks is said before anything is made", async () => {
  const needy: Program = {
    ...program(),
    toInstall: [{ name: "a compiler", installWith: "apt-get install gcc", isMet: async () => false }],
    toRun: [{ name: "a runtime", installWith: "apt-get install jre", isMet: async () => false }],
  };
  const asked = install(needy, { cache });
  await expect(asked).rejects.toThrow(MissingRequirementError);
  await expect(asked).rejects.toThrow(
    "program needs a compiler (install it with: apt-get install gcc) and a runtime (install it with: apt-get install jre)",
  );
  expect(installed).toBe(0);
  expect(await readdir(cache.programs)).toEqual([]);
});

it("rejects with the signal's own reason when it is aborted, and leaves nothing behind", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const slow = program("1", async ({ signal }) => {
    const forever = runCommand(process.execPath, ["-e", "setInterval(() => undefined, 60_000)"], { signal });
    controller.abort(reason);
    await forever;
  });
  await expect(install(slow, { cache, signal: controller.signal })).rejects.toBe(reason);
  expect(await readdir(cache.programs)).toEqual([]);
});

function program(version = "1", work?: (place: InstallPlace) => Promise<void>): Program {
  return {
    name: "program",
    wanted: { program: version },
    toInstall: [],
    toRun: [],
    install: async (place) => {
      installed += 1;
      await work?.(place);
      await writeFile(join(place.directory, "program"), version);
      return { program: version };
    },
  };
}

async function linesOf(path: string): Promise<number> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").length - 1;
}
