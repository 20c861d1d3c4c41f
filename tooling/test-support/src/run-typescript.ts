import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

/** What a process left behind. */
export interface ProcessResult {
  /** 0 when it ended well; 1 also when it was ended by a signal. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunTypeScriptOptions {
  /** The package whose program this is: its own name and its dependencies can be imported. */
  readonly packageDirectory: string;
  /** More files beside the program, by name: `{ "part.ts": code }`. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** After this time the process is killed and the call rejects, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Runs a program in a Node process of its own, over the sources of the workspace, and waits until that
 * process has ended by itself.
 */
export async function runTypeScript(code: string, options: RunTypeScriptOptions): Promise<ProcessResult> {
  const { packageDirectory, files = {}, env = {}, timeoutMs = 60_000 } = options;
  // Inside the package, or its own name would not resolve; in a folder that is never committed.
  const parent = join(packageDirectory, "test-results");
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, "run-"));
  try {
    for (const [name, content] of Object.entries({ ...files, "program.ts": code })) {
      await writeFile(join(directory, name), content);
    }
    return await run(join(directory, "program.ts"), { packageDirectory, env, timeoutMs });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function run(
  file: string,
  {
    packageDirectory,
    env,
    timeoutMs,
  }: {
    readonly packageDirectory: string;
    readonly env: Readonly<Record<string, string>>;
    readonly timeoutMs: number;
  },
): Promise<ProcessResult> {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const child = spawn(process.execPath, ["--conditions=@wirekit/source", "--import", loader, file], {
    cwd: packageDirectory,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  try {
    const [exitCode, stdout, stderr] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
    if (isLate) throw new Error(`The program did not end within ${timeoutMs} ms\n${stdout}${stderr}`);
    return { exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}
