import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { runTypeScript } from "../src/run-typescript.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

describe("a program", () => {
  it("runs with types, imports by its package's name, and what was added to its environment", async () => {
    const code = `
      import { scale } from "@wirekit/test-support/scale";
      const count: number = scale({ small: 1, full: 1 });
      console.log(count, process.env.GREETING);
      console.error("noted");
    `;
    const result = await runTypeScript(code, { packageDirectory, env: { GREETING: "hello" } });
    expect(result).toEqual({ exitCode: 0, stdout: "1 hello\n", stderr: "noted\n" });
  }, 60_000);

  it("that fails says so by its exit code and on its standard error", async () => {
    const result = await runTypeScript(`throw new Error("broken on purpose")`, { packageDirectory });
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain("broken on purpose");
  }, 60_000);

  it("that does not end is killed, and leaves no file behind", async () => {
    const running = runTypeScript("setInterval(() => {}, 1000)", { packageDirectory, timeoutMs: 1_500 });
    await expect(running).rejects.toThrow("did not end within 1500 ms");
    const left = readdirSync(join(packageDirectory, "test-results")).filter((name) =>
      name.startsWith("run-"),
    );
    expect(left).toEqual([]);
  }, 60_000);
});
