import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { outputOf } from "./run-command.ts";

/** As wide as the formatter lets code be. It leaves comments as they are. */
const maxColumns = 110;
/**
 * Folders whose comments are wider still; those of `packages/` are counted by a test. The list only shrinks.
 */
const pending = [
  "apps/",
  "packages/",
  "tooling/bench/",
  "tooling/devstack/",
  "tooling/interop/",
  "tooling/servers/",
];

/** The lines of a workspace that are comments, or parts of them, and too wide. */
export async function wideComments(root: string): Promise<readonly string[]> {
  const listed = await outputOf("git", ["ls-files", "*.ts", "*.mjs", "*.cjs", "*.js"], { cwd: root });
  const files = listed
    .split("\n")
    .filter((file) => file !== "" && !pending.some((it) => file.startsWith(it)));
  const faults = await Promise.all(
    files.map(async (file) => {
      const lines = wideLines(await readFile(join(root, file), "utf8"));
      return lines.map((line) => `${file}:${line}: the comment ends beyond column ${maxColumns}`);
    }),
  );
  return faults.flat();
}

/** The numbers of the lines whose comment is too wide. */
export function wideLines(text: string): readonly number[] {
  return text
    .split("\n")
    .flatMap((line, index) => (line.length > maxColumns && isComment(line) ? [index + 1] : []));
}

/** A directive has to be one line, and a URL cannot be broken. */
function isComment(line: string): boolean {
  if (/biome-ignore|@ts-|^\W*https?:\S+$/.test(line)) return false;
  return /^\s*(\/\/|\/\*|\*)/.test(line) || /[;,{})] \/\/ [^"'`]*$/.test(line);
}
