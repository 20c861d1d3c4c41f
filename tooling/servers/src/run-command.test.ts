import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { CommandError } from "./errors/command-error.ts";
import { runCommand } from "./run-command.ts";

const forever = "setInterval(() => undefined, 60_000)";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "wirekit-command-"));
});
afterAll(() => rm(directory, { recursive: true }));

it("resolves to what the command printed, and appends it to the log", async () => {
  const logPath = join(directory, "command.log");
  const script = "console.log('out'); console.error('err')";
  expect(await run(script, { logPath })).toEqual({ stdout: "out\n", stderr: "err\n" });
  await run("console.log('again')", { logPath });
  const log = await readFile(logPath, "utf8");
  expect(log).toContain("out\n");
  expect(log).toContain("err\n");
  expect(log.endsWith("again\n")).toBe(true);
});

it("rejects with the end of what a failed command printed, and no secret", async () => {
  const script = "console.log('the word is sesame'); process.exit(7)";
  const error = await run(script, { secrets: ["sesame"] }).catch((thrown: unknown) => thrown);
  expect(error instanceof CommandError).toBe(true);
  expect(error).toMatchObject({ code: "servers/command", missing: false });
  expect(String(error)).toContain("ended with 7:\nthe word is [redacted]");
});

it("says that a command is missing", async () => {
  const error = await runCommand("no-such-command-anywhere", []).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "servers/command", missing: true });
  expect(String(error)).toContain("no-such-command-anywhere was not found");
});

it("ends a command that takes too long", async () => {
  await expect(run(forever, { timeoutMs: 200 })).rejects.toThrow("took longer than 200 ms");
});

it("ends a command whose wish is withdrawn, and rejects with the signal's own reason", async () => {
  const controller = new AbortController();
  const reason = new Error("never mind");
  const running = run(forever, { signal: controller.signal });
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(run(forever, { signal: controller.signal })).rejects.toBe(reason);
});

function run(script: string, options: Parameters<typeof runCommand>[2]): ReturnType<typeof runCommand> {
  return runCommand(process.execPath, ["-e", script], options);
}
