import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "@jest/globals";
import { identify, isAlive } from "./process-identity.ts";

it("a process is itself for as long as it lives, and no other", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => undefined, 60_000)"], { stdio: "ignore" });
  await once(child, "spawn");
  const one = await identify(child.pid ?? 0);
  if (one === undefined) throw new Error("it runs");
  expect(await isAlive(one)).toBe(true);
  expect(await isAlive({ ...one, startedAt: "at another time" })).toBe(false);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await isAlive(one)).toBe(false);
  expect(await identify(one.pid)).toBeUndefined();
});

it("the first process of the machine can be told from this one", async () => {
  const [self, first] = await Promise.all([identify(process.pid), identify(1)]);
  expect(self?.startedAt).not.toBe(first?.startedAt);
});
