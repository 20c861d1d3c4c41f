import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { outputOf } from "./run-command.ts";

/** As wide as the formatter lets code be. It leaves comments as they are. */
const maxColumns = 110;
/** The lines of a workspace that are comments, or parts of them, and too wide. */
export async function wideComments(root: string): Promise<readonly string[]> {
  const listed = await outputOf("git", ["ls-files", "*.ts", "*.mjs", "*.cjs", "*.js"], { cwd: root });
  // What snippets print stands behind the line that prints it, as in the pages that show them.
  const files = listed.split("\n").filter((file) => file !== "" && !file.includes("/test/snippets/"));
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
