import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ClosedError, ConfigError } from "@wirekit/core";
import type { CacheDirectory } from "../src/cache-directory.ts";
import { StartError } from "../src/errors/start-error.ts";
import { canListen } from "../src/run/ports.ts";
import { startServer } from "../src/run/start-server.ts";
import { eventually, processOf } from "./eventually.ts";
import { ask, fakeRecipe } from "./fake-server/recipe.ts";
import { createTemporaryCache, deleteTemporaryCache } from "./temporary-cache.ts";

let cache: CacheDirectory;
beforeAll(async () => {
  cache = await createTemporaryCache();
});
afterAll(() => deleteTemporaryCache(cache));

describe("a server that was started", () => {
  it("answers at the address it gives, and writes to the log it names", async () => {
    const server = await startServer(fakeRecipe(), { cache });
    try {
      expect(await ask(server)).toMatchObject({ pid: server.pid, starts: 1 });
      expect(server).toMatchObject({ name: "fake", state: "running", versions: { fake: "1" } });
      expect(await readFile(server.logPath, "utf8")).toContain("a line of its log");
    } finally {
      await server.stop();
    }
  });

  it("is gone with all its processes, and its folder too, once it is stopped; its log stays", async () => {
    const server = await startServer(fakeRecipe(), { cache });
    const { pid, childPid } = await ask(server);
    await Promise.all([server.stop(), server.stop()]);
    expect(server.state).toBe("ended");
    for (const left of [pid, childPid, server.guardPid])
      await eventually(`process ${left} is gone`, async () => (await processOf(left)) === undefined);
    expect(await readdir(cache.runs)).not.toContain(server.directory.split("/").at(-1));
    expect(await readFile(server.logPath, "utf8")).toContain("listening");
  });

  it("is stopped at the end of the scope that it was declared in", async () => {
    let pid = 0;
    {
      await using server = await startServer(fakeRecipe(), { cache });
      pid = server.pid;
    }
    expect(await processOf(pid)).toBeUndefined();
  });

  it("runs beside others on ports and in folders of their own", async () => {
    const [one, two] = await Promise.all([1, 2].map(() => startServer(fakeRecipe(), { cache })));
    if (one === undefined || two === undefined) throw new Error("there are two");
    await using _one = one;
    await using _two = two;
    expect(one.ports.http).not.toBe(two.ports.http);
    expect(one.directory).not.toBe(two.directory);
    expect((await ask(one)).pid).not.toBe((await ask(two)).pid);
  });

  it("listens on the port that was asked for", async () => {
    const { port, free } = await takePort();
    await free();
    await using server = await startServer(fakeRecipe({ port }), { cache });
    expect(server.ports.http).toBe(port);
    expect(await ask(server)).toMatchObject({ starts: 1 });
  });
});

describe("a fault that is asked for", () => {
  it("kill ends it at once, and restart brings it back on the same port with the same data", async () => {
    await using server = await startServer(fakeRecipe(), { cache });
    const { pid, childPid } = await ask(server);
    await server.kill();
    expect(server.state).toBe("ended");
    await expect(ask(server)).rejects.toThrow();
    await eventually("what it had started is gone", async () => (await processOf(childPid)) === undefined);

    await server.restart();
    expect(server.state).toBe("running");
    const answer = await ask(server);
    expect(answer.starts).toBe(2);
    expect(answer.pid).not.toBe(pid);
    expect(server.pid).toBe(answer.pid);
  });

  it("restart lets it end in order unless it is told to kill it", async () => {
    await using server = await startServer(fakeRecipe(), { cache });
    await server.restart({ signal: "SIGKILL" });
    await expect(readFile(join(server.directory, "orderly-ends"), "utf8")).rejects.toThrow("ENOENT");
    await server.restart();
    expect(await readFile(join(server.directory, "orderly-ends"), "utf8")).toBe("1\n");
    expect(await ask(server)).toMatchObject({ starts: 3 });
  });

  it("pause makes it silent, and resume lets it answer what it was asked meanwhile", async () => {
    await using server = await startServer(fakeRecipe(), { cache });
    server.pause();
    expect(server.state).toBe("paused");
    await expect(ask(server, AbortSignal.timeout(300))).rejects.toThrow("timeout");
    const answer = ask(server);
    server.resume();
    expect(server.state).toBe("running");
    expect(await answer).toMatchObject({ starts: 1 });
  });

  it.each(["restart", "kill", "stop"] as const)("%s works on a paused server", async (action) => {
    await using server = await startServer(fakeRecipe(), { cache });
    server.pause();
    await server[action]();
    expect(server.state).toBe(action === "restart" ? "running" : "ended");
  });

  it("a server that ends by itself is seen to have ended, and can be restarted", async () => {
    await using server = await startServer(fakeRecipe(), { cache });
    process.kill(server.pid, "SIGKILL");
    await eventually("it is seen to have ended", () => server.state === "ended");
    await server.restart();
    expect(await ask(server)).toMatchObject({ starts: 2 });
  });

  it("a server whose guard is killed goes with it", async () => {
    await using server = await startServer(fakeRecipe(), { cache });
    const { pid, childPid } = await ask(server);
    process.kill(server.guardPid, "SIGKILL");
    for (const left of [pid, childPid])
      await eventually(`process ${left} is gone`, async () => (await processOf(left)) === undefined);
    expect(server.state).toBe("ended");
  });

  it("a stopped server cannot be restarted", async () => {
    const server = await startServer(fakeRecipe(), { cache });
    await server.stop();
    await expect(server.restart()).rejects.toThrow(ClosedError);
  });

  it("stopping does not wait for a restart that is under way", async () => {
    const server = await startServer(fakeRecipe(), { cache });
    const restarted = server.restart().then(
      () => "restarted",
      (error: unknown) => (error instanceof ClosedError ? "given up" : error),
    );
    await server.stop();
    expect(["restarted", "given up"]).toContain(await restarted);
    expect(await processOf(server.pid)).toBeUndefined();
    expect(server.state).toBe("ended");
  });
});

describe("a start that fails", () => {
  it("says how the server ended, its last lines without credentials, and where the log is", async () => {
    const error = await failureOf(startServer(fakeRecipe({ mode: "fails" }), { cache }));
    expect(error).toMatchObject({ code: "servers/start", server: "fake", fault: "ended" });
    expect(error.message).toContain("exit code 3");
    expect(error.message).toContain("a line of its log\ncannot go on: the password is [redacted]");
    expect(error.message).toContain(error.logPath);
    expect(error.message).not.toContain("open-sesame");
    expect(await readFile(error.logPath, "utf8")).toContain("cannot go on");
  });

  it("says that the server was not ready in time, and ends it", async () => {
    const error = await failureOf(
      startServer(fakeRecipe({ mode: "never-ready" }), { cache, readyWithinMs: 300 }),
    );
    expect(error).toMatchObject({ fault: "not-ready" });
    await expectNothingLeft();
  });

  it("says that there is no such program", async () => {
    const error = await failureOf(startServer(fakeRecipe({ command: "/nowhere/to/be/found" }), { cache }));
    expect(error).toMatchObject({ fault: "not-executed" });
    expect(error.message).toContain("ENOENT");
    await expectNothingLeft();
  });

  it("is tried again on another port when a chosen one is taken in the meantime", async () => {
    const flag = join(cache.root, "first-port");
    await using server = await startServer(
      fakeRecipe({ mode: "meets-a-taken-port-once", env: { FAKE_FLAG: flag } }),
      { cache },
    );
    expect(server.ports.http).not.toBe(Number(await readFile(flag, "utf8")));
    expect(await ask(server)).toMatchObject({ starts: 1 });
  });

  it("names a port that was asked for and belongs to another program", async () => {
    const { port, free } = await takePort();
    try {
      const refused = startServer(fakeRecipe({ port }), { cache });
      await expect(refused).rejects.toThrow(ConfigError);
      await expect(refused).rejects.toThrow(String(port));
    } finally {
      await free();
    }
  });

  it("rejects with the signal's own reason when it is aborted, and leaves nothing behind", async () => {
    const reason = new Error("changed my mind");
    const controller = new AbortController();
    const started = startServer(fakeRecipe({ mode: "never-ready" }), { cache, signal: controller.signal });
    await eventually("it runs", async () => (await readdir(cache.runs)).length > 0);
    controller.abort(reason);
    await expect(started).rejects.toBe(reason);
    await expectNothingLeft();
  });
});

async function failureOf(start: Promise<unknown>): Promise<StartError> {
  const error = await start.then(
    () => "it started",
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StartError)) throw error;
  return error;
}

/** No folder is left of servers that are gone, and of this test file no server is left. */
async function expectNothingLeft(): Promise<void> {
  expect(await readdir(cache.runs)).toEqual([]);
}

/** A port that something listens on. */
async function takePort(): Promise<{ readonly port: number; free(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on a port");
  expect(await canListen(address.port)).toBe(false);
  return { port: address.port, free: () => new Promise((resolve) => server.close(() => resolve())) };
}
