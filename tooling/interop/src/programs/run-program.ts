import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface RunProgramOptions {
  /** What it reads on standard input. */
  readonly input?: string | undefined;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The longest it may run, in milliseconds. Default ten minutes. */
  readonly limitMs?: number | undefined;
}

/**
 * Runs a program to its end and gives what it printed; rejects with what it complained of when it fails or
 * takes too long.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { input = "", env = {}, limitMs = 600_000 }: RunProgramOptions = {},
): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
  try {
    const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? signal ?? 1));
    });
    // One that does not read it has said why on standard error.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    const [output, complaints, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (status !== 0) throw new Error(`${command} ended with ${status}: ${complaints}${output}`);
    return output;
  } finally {
    clearTimeout(timer);
  }
}
