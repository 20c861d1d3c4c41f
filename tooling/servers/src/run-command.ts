import { spawn } from "node:child_process";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { CommandError } from "./errors/command-error.ts";
import { lastLines } from "./log-file.ts";

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string | undefined;
  /** The whole environment. Default: this process's own. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The file that everything the command prints is appended to. Default: none. */
  readonly logPath?: string | undefined;
  /** Ends the command; the call rejects with this signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** The longest the command may run. Default 15 minutes: registries can be slow. */
  readonly timeoutMs?: number | undefined;
  /** Words that an error must not show. */
  readonly secrets?: readonly string[] | undefined;
}

/** What a command printed. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
}

const maxKeptBytes = 4 * 1024 * 1024;
const linesInError = 20;

/**
 * Runs a command to its end and resolves to what it printed.
 *
 * @throws CommandError when there is no such command, when it fails and when it takes too long; the signal's
 * own reason when it is aborted.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandOutput> {
  const { cwd, env = process.env, signal, timeoutMs = 15 * 60_000, secrets = [] } = options;
  signal?.throwIfAborted();
  const log = options.logPath === undefined ? undefined : createWriteStream(options.logPath, { flags: "a" });
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  const stdout = collect(child.stdout, log);
  const stderr = collect(child.stderr, log);
  let stoppedFor: "abort" | "time-out" | undefined;
  const stop = (reason: "abort" | "time-out") => {
    stoppedFor = reason;
    child.kill("SIGKILL");
    // What the command left running may hold the pipes open for as long as it likes; nobody reads them any
    // more.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const abort = () => stop("abort");
  const timer = setTimeout(() => stop("time-out"), timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });

  try {
    const end = await ended(child);
    if (stoppedFor === "abort") throw signal?.reason;
    const output = () => lastLines(`${stdout()}\n${stderr()}`, linesInError, secrets);
    if (end.kind === "not-run") throw notRun(command, end.error);
    if (stoppedFor === "time-out") throw failed(command, `took longer than ${timeoutMs} ms`, output());
    if (end.code !== 0) throw failed(command, `ended with ${end.code ?? end.signal}`, output());
    return { stdout: stdout(), stderr: stderr() };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    log?.end();
    if (log !== undefined) await finished(log);
  }
}

type End =
  | { readonly kind: "ended"; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: "not-run"; readonly error: NodeJS.ErrnoException };

/** Resolves when the command has ended and its output has arrived. */
function ended(child: ReturnType<typeof spawn>): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ kind: "not-run", error }));
    child.once("close", (code, signal) => resolve({ kind: "ended", code, signal }));
  });
}

/** Gathers what a stream brings, up to a bound, and passes all of it to the log. */
function collect(stream: NodeJS.ReadableStream, log: WriteStream | undefined): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    log?.write(chunk);
    if (bytes < maxKeptBytes) chunks.push(chunk);
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function notRun(command: string, error: NodeJS.ErrnoException): CommandError {
  const missing = error.code === "ENOENT";
  const reason = missing ? "was not found" : `could not be run (${error.code ?? "unknown reason"})`;
  return new CommandError(command, reason, { missing, output: "", cause: error });
}

function failed(command: string, reason: string, output: string): CommandError {
  return new CommandError(command, reason, { missing: false, output });
}
