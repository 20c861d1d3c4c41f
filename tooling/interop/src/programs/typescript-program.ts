import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TalkingProgram } from "./talking-program.ts";

const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Starts a program of ours, over the sources of the workspace, in a process of its own. */
export function startTypeScript(file: URL, env: Readonly<Record<string, string>> = {}): TalkingProgram {
  return new TalkingProgram({
    name: file.pathname.slice(file.pathname.lastIndexOf("/") + 1),
    command: process.execPath,
    args: ["--expose-gc", "--conditions=@wirekit/source", "--import", loader, fileURLToPath(file)],
    env,
  });
}
