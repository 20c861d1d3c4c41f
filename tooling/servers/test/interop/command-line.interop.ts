import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { cacheDirectory } from "../../src/cache-directory.ts";
import { describeWith } from "../../src/gate.ts";
import { exchange } from "../../src/run/probes.ts";
import { runCommand } from "../../src/run-command.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

await describeWith(["redis"], "the command line", () => {
  /** The programs of the real folder, and nothing of what a person keeps running from there. */
  let root: string;
  beforeAll(async () => {
    const { programs } = cacheDirectory();
    await mkdir(programs, { recursive: true });
    root = await mkdtemp(join(tmpdir(), "wirekit-servers-up-"));
    await symlink(programs, join(root, "programs"));
  });
  afterAll(() => rm(root, { recursive: true }));

  it("keeps a server running between up and down", async () => {
    const up = await servers("up", "redis");
    const port = Number(/redis:\/\/127\.0\.0\.1:(\d+)/.exec(up)?.[1]);
    expect(up).toContain(`export REDIS_URL=redis://127.0.0.1:${port}`);
    try {
      expect(await exchange(port, { say: "PING\r\n", until: (text) => text.includes("\n") })).toBe(
        "+PONG\r\n",
      );
      const status = await servers("status");
      for (const part of [/redis 5:\S+ +up +\d+/, new RegExp(`redis:${port}`), /\d+ s/, /\/redis-\w+\.log/])
        expect(status).toMatch(part);
    } finally {
      expect(await servers("down", "redis")).toBe("redis is down\n");
    }
    expect(await exchange(port, { say: "PING\r\n", until: () => true })).toBeUndefined();
    expect(await servers("status")).not.toContain(`redis:${port}`);
  });

  it("says what servers there are to whoever asks for another", async () => {
    await expect(servers("up", "postgres")).rejects.toThrow("Allowed choices are kafka, elasticmq, moto");
  });

  async function servers(...args: readonly string[]): Promise<string> {
    const loader = ["--conditions=@wirekit/source", "--import", "tsx"];
    const env = { ...process.env, WIREKIT_SERVERS_DIR: root };
    return (await runCommand(process.execPath, [...loader, main, ...args], { env })).stdout;
  }
});
