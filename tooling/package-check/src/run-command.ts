import { spawn } from "node:child_process";

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end without standard input. Whatever its exit status, that is for the caller to judge. */
export function runCommand(
  command: string,
  parameters: readonly string[],
  { cwd }: { readonly cwd: string },
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status: status ?? 1, stdout, stderr }));
  });
}

/** Runs a program that has to succeed, and returns what it wrote to standard output. */
export async function outputOf(
  command: string,
  parameters: readonly string[],
  options: { readonly cwd: string },
): Promise<string> {
  const { status, stdout, stderr } = await runCommand(command, parameters, options);
  if (status === 0) return stdout;
  throw new Error(
    `${command} ${parameters.join(" ")} ended with status ${status}\n${stderr}${stdout}`.trimEnd(),
  );
}
