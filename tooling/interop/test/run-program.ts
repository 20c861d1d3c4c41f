import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** Runs a program to its end and gives what it printed; rejects with what it complained of when it fails. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { input = "", env = {} }: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  child.stdin.end(input);
  const [output, complaints, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${complaints}${output}`);
  return output;
}
