import { readFile } from "node:fs/promises";

const lines = 20;

/** The last lines of a server's log, indented, below its path. */
export async function endOfLog(path: string): Promise<string> {
  const all = (await readFile(path, "utf8").catch(() => "")).trimEnd().split("\n");
  return [`the end of ${path}:`, ...all.slice(-lines).map((line) => `  ${line}`)].join("\n");
}
