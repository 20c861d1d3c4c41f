import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { credentials } from "./messages.ts";
import { closeAll, startService } from "./stack.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kindo-bundle-"));
});
afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true });
});

const program = `
  import { KindoClient } from "@wirekit/kindo-client";
  const message = { event_type: "a", message_channel: "b", behavior: "instant", payload: {} };
  async function main() {
    const kindo = KindoClient.fromEnv();
    const { attempts } = await kindo.send(message);
    await kindo.close();
    const arn = "arn:aws:lambda:ap-southeast-2:123456789012:function:producer";
    const byArn = new KindoClient({ arn, credentials: { accessKeyId: "A", secretAccessKey: "S" } });
    const { message: fault } = await byArn.send(message).catch((error) => error);
    console.log(JSON.stringify({ attempts, fault }));
  }
  main();
`;

// In ESM there is no `require`, and the libraries beneath that are CommonJS ask for one.
const requireInEsm =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

it.each([
  ["cjs", {}],
  ["esm", { js: requireInEsm }],
] as const)(
  "bundled by esbuild as %s, reads .env, sends, and names the peer that is missing",
  async (format, banner) => {
    const server = await startService();
    const outfile = join(directory, format === "esm" ? "program.mjs" : "program.cjs");
    await build({
      stdin: { contents: program, resolveDir: packageDirectory },
      outfile,
      bundle: true,
      platform: "node",
      format,
      banner,
      conditions: ["@wirekit/source"],
      // It is not installed where the bundle runs. What esbuild says of it is a matter of the package check,
      // because here it is installed.
      external: ["@aws-sdk/client-lambda"],
      logLevel: "silent",
    });
    const { accessKeyId, secretAccessKey } = credentials;
    await writeFile(
      join(directory, ".env"),
      `KINDO_MESSAGE_PRODUCER_URL=${server.url}\nAWS_ACCESS_KEY_ID=${accessKeyId}\nAWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`,
    );
    const { stdout, stderr } = await run(process.execPath, [outfile], { cwd: directory, env: {} });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      attempts: 1,
      fault:
        "Invalid configuration: arn needs the package @aws-sdk/client-lambda: run `npm install @aws-sdk/client-lambda`",
    });
    expect(server.stored).toHaveLength(1);
  },
  60_000,
);
