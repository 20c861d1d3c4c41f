import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What a demo left behind. */
export interface PlayedDemo {
  /** `null` when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface PlayOptions {
  /** What would stand behind `pnpm demo`. */
  readonly parameters?: readonly string[] | undefined;
  /** Default `src/main.ts`. */
  readonly program?: string | undefined;
}

/**
 * Runs a demo as `pnpm demo` does, in a process of its own in its own `folder`. Resolves when that process
 * has ended and nothing holds its output open any more: the processes that it has started have ended too.
 */
export function playDemo(
  folder: URL,
  { parameters = [], program = "src/main.ts" }: PlayOptions = {},
): Promise<PlayedDemo> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--import", tsx, "--conditions=@wirekit/source", program, ...parameters],
      { cwd: fileURLToPath(folder), stdio: ["ignore", "pipe", "pipe"] },
    );
    const written = Promise.all([text(child.stdout), text(child.stderr)]);
    child.on("error", reject);
    child.on("close", (code) => {
      written.then(([stdout, stderr]) => resolve({ code, stdout, stderr }), reject);
    });
  });
}
