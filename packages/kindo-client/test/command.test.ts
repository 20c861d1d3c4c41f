import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, expect, it } from "@jest/globals";
import { runTypeScript } from "@wirekit/test-support/run-typescript";
import { aMessage, credentials } from "./messages.ts";
import { closeAll, startService } from "./stack.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
const command = pathToFileURL(join(packageDirectory, "src/bin/kindo-send.ts")).href;
const directories: string[] = [];

afterEach(async () => {
  await closeAll();
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true });
});

/** Runs the command in a process of its own, which has to end by itself. */
function run(args: readonly string[], before = "") {
  const program = `
    process.argv.push(...${JSON.stringify(args)});
    ${before}
    await import(${JSON.stringify(command)});
  `;
  const env = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return runTypeScript(program, { packageDirectory, env });
}

async function inputOf(count: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "kindo-command-"));
  directories.push(directory);
  const path = join(directory, "messages.jsonl");
  const line = `${JSON.stringify(aMessage())}\n`;
  await writeFile(path, line.repeat(count));
  return path;
}

it("as a process, sends, says so, and ends", async () => {
  const server = await startService();
  const result = await run([await inputOf(25), "--url", server.url]);
  expect(result).toEqual({ exitCode: 0, stdout: "25 of 25 messages delivered\n", stderr: "" });
  expect(server.stored).toHaveLength(25);
}, 60_000);

it("as a process, stops at SIGINT, and ends when what is under way is done", async () => {
  const server = await startService();
  const interrupt = `
    const waiting = setInterval(() => {
      if (process.listenerCount("SIGINT") === 0) return;
      clearInterval(waiting);
      process.kill(process.pid, "SIGINT");
    }, 2);
  `;
  const result = await run([await inputOf(1000), "--url", server.url, "--concurrency", "1"], interrupt);
  expect(result.exitCode).toBe(130);
  expect(result.stderr).toContain("Stopping");
  const delivered = server.stored.length;
  expect(result.stdout).toContain(
    `${delivered} of 1000 messages delivered\n${1000 - delivered} were not tried\n`,
  );
}, 60_000);
