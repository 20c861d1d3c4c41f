import { open, readFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { type Env, silentLogger } from "@wirekit/core";
import { messageOf } from "@wirekit/core/kit";
import { type KindoEnvOverrides, makeClientFromEnv } from "../from-env.ts";
import { KindoClient } from "../kindo-client.ts";
import { messageValidator } from "../schema/message-validator.ts";
import { withoutSending } from "./dry-run.ts";
import { Failures } from "./failures.ts";
import { type CliOptions, parseOptions } from "./options.ts";
import { type Output, outputTo } from "./output.ts";
import { progressDisplay } from "./progress.ts";
import { readLines } from "./read-lines.ts";
import { type OpenFile, openRejectedFile } from "./rejected-file.ts";
import { exitCodeOf, exitCodes, report } from "./report.ts";
import { type Interruption, sendLines } from "./send-lines.ts";

/** What the command has of the process it runs in. */
export interface Terminal {
  readonly args: readonly string[];
  /** Default: that of the process, and the `.env` file of the working directory. */
  readonly env?: Env | undefined;
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Opens the file for the lines that are not delivered. Default: Node's own. */
  readonly openFile?: OpenFile | undefined;
  /** Calls `interrupted` at every Ctrl-C; the returned function ends that. */
  onInterrupt(interrupted: () => void): () => void;
}

/** The longest message that Lambda takes has 6 MB; with every character escaped that is six times as much. */
const maxLineBytes = 36 * 1024 * 1024;

/** Runs `kindo-send`, and resolves to its exit code. */
export async function main(terminal: Terminal): Promise<number> {
  const out = outputTo(terminal.stdout);
  const err = outputTo(terminal.stderr);
  const options = parseOptions(terminal.args, await version(), {
    out: (text) => out.line(text.trimEnd()),
    error: (text) => err.line(text.trimEnd()),
  });
  if ("exitCode" in options) return options.exitCode;
  try {
    return await run(options, terminal, out, err);
  } catch (thrown) {
    err.line(`kindo-send: ${messageOf(thrown)}`);
    return exitCodes.unusable;
  }
}

async function run(options: CliOptions, terminal: Terminal, out: Output, err: Output): Promise<number> {
  // What is wrong with the schema is wrong with every message; better to hear it before the first.
  if (options.schema !== undefined) await messageValidator(options.schema);
  const client = makeClientFromEnv(
    terminal.env,
    overrides(options),
    (found) => new KindoClient(options.dryRun ? withoutSending(found) : found),
  );
  const { input, totalBytes } = await openInput(options.file, terminal.stdin);
  const { openFile } = terminal;
  const opening = openRejectedFile({ path: options.rejected, input: options.file, openFile });
  // Before anything is sent: a line that is not delivered and cannot be kept would be lost.
  const rejected = await opening.catch((thrown: unknown) => {
    input.destroy();
    throw thrown;
  });
  const failures = new Failures();
  const success = options.dryRun ? "valid" : "delivered";
  const progress = await progressDisplay(out, { totalBytes, success });
  const { interruption, release } = listen(terminal, { err, input });
  try {
    const result = await sendLines(readLines(input, maxLineBytes), {
      client,
      concurrency: options.concurrency,
      progress,
      failures,
      rejected,
      interruption,
      isRepeatable: options.file !== "-",
    });
    progress.end();
    await rejected.close();
    report(result, { options, failures, rejected, out, err });
    return exitCodeOf(result, failures, interruption.stop.aborted);
  } finally {
    progress.end();
    release();
    input.destroy();
    await rejected.close();
    await client.close({ timeoutMs: 0 });
  }
}

function overrides({ url, arn, region, service, schema, endpoint }: CliOptions): KindoEnvOverrides {
  return { url, arn, region, service, schema, endpoint, logger: silentLogger } as KindoEnvOverrides;
}

async function openInput(path: string, stdin: Readable) {
  if (path === "-") return { input: stdin, totalBytes: undefined };
  const file = await open(path);
  const found = await file.stat();
  if (found.isDirectory()) {
    await file.close();
    throw new Error(`${path} is a directory`);
  }
  return { input: file.createReadStream(), totalBytes: found.isFile() ? found.size : undefined };
}

/** The first Ctrl-C finishes what is under way; the second gives it up. */
function listen(terminal: Terminal, { err, input }: { readonly err: Output; readonly input: Readable }) {
  const stop = new AbortController();
  const abort = new AbortController();
  const interruption: Interruption = { stop: stop.signal, abort: abort.signal };
  const release = terminal.onInterrupt(() => {
    if (stop.signal.aborted) {
      abort.abort();
      // The end of a line may never come.
      return void input.destroy();
    }
    err.line(
      "Stopping: what is under way is finished, and the rest is kept. Once more gives that up as well.",
    );
    stop.abort();
  });
  return { interruption, release };
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  return JSON.parse(manifest).version;
}
