import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly cwd: string;
  /** Default 300,000. */
  readonly timeoutMs?: number | undefined;
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing that is run here takes so long; what does is waiting for something that will not come. */
const defaultTimeoutMs = 300_000;

/**
 * Runs a program to its end without standard input. Whatever its exit status, that is for the caller to
 * judge. A program that does not end by itself is ended, and rejects.
 */
export function runCommand(
  command: string,
  parameters: readonly string[],
  { cwd, timeoutMs = defaultTimeoutMs }: CommandOptions,
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      cwd,
      env: ownEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: timeoutMs,
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (signal === null) resolve({ status: status ?? 1, stdout, stderr });
      else reject(new Error(`${command} ${parameters.join(" ")} was ended by ${signal}\n${stderr}${stdout}`));
    });
  });
}

/** Runs a program that has to succeed, and returns what it wrote to standard output. */
export async function outputOf(
  command: string,
  parameters: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { status, stdout, stderr } = await runCommand(command, parameters, options);
  if (status === 0) return stdout;
  throw new Error(
    `${command} ${parameters.join(" ")} ended with status ${status}\n${stderr}${stdout}`.trimEnd(),
  );
}

/**
 * Ours without what pnpm adds for the scripts that it runs: by `NODE_PATH`, a program that is run in an empty
 * folder would still find the modules of the workspace.
 */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_PATH: _, NODE_OPTIONS: __, ...rest } = process.env;
  return rest;
}
