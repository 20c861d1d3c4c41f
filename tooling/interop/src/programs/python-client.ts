import { fileURLToPath } from "node:url";
import { pythonEnvironment } from "@wirekit/servers";
import { TalkingProgram } from "./talking-program.ts";

export interface PythonClientOptions {
  /** What it imports, pinned: one of `clientPackages`. */
  readonly packages: readonly string[];
  /** A program in `clients/`. */
  readonly file: string;
  readonly args?: readonly string[] | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts a foreign client, written in Python, in an environment of exactly those packages. Installed on first
 * use.
 */
export async function startPythonClient(options: PythonClientOptions): Promise<TalkingProgram> {
  const { packages, file, args = [], env = {} } = options;
  const { python } = await pythonEnvironment(packages);
  const script = fileURLToPath(new URL(`../../clients/${file}`, import.meta.url));
  return new TalkingProgram({
    name: file,
    command: python,
    args: [script, ...args],
    env: { PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
}
