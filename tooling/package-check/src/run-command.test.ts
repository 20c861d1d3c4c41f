import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { outputOf, runCommand } from "./run-command.ts";

const options = { cwd: tmpdir() };
const node = (script: string) => runCommand(process.execPath, ["-e", script], options);
const nodePath = process.env.NODE_PATH;

beforeEach(() => {
  process.env.NODE_PATH = "/workspace/node_modules";
});

afterEach(() => {
  if (nodePath === undefined) delete process.env.NODE_PATH;
  else process.env.NODE_PATH = nodePath;
});

it("tells what a program wrote, and how it ended", async () => {
  const result = await node('console.log("out"); console.error("err"); process.exitCode = 3');
  expect(result).toEqual({ status: 3, stdout: "out\n", stderr: "err\n" });
});

it("hides from a program where the workspace's modules are", async () => {
  expect(await node("process.stdout.write(String(process.env.NODE_PATH))")).toMatchObject({
    stdout: "undefined",
  });
});

it("shows both outputs of a program that had to succeed and failed", async () => {
  const script = 'console.log("half"); console.error("broken"); process.exitCode = 1';
  await expect(outputOf(process.execPath, ["-e", script], options)).rejects.toThrow(/status 1\nbroken\nhalf/);
});

it("ends a program that does not end by itself", async () => {
  const waiting = runCommand(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    ...options,
    timeoutMs: 500,
  });
  await expect(waiting).rejects.toThrow("was ended by SIGTERM");
});
