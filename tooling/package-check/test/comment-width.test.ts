import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { publishablePackages } from "../src/publishable-packages.ts";

// The formatter breaks code at column 110, and leaves comments alone.

const root = join(import.meta.dirname, "../../..");
const packages = await publishablePackages(root);
const maxColumns = 110;

/** How many lines of comments are still too wide, by package. These numbers only become smaller, and then go. */
const stillTooWide: Readonly<Record<string, number>> = {
  "aws-messaging": 100,
  core: 220,
  "kindo-client": 80,
  "message-bus": 285,
};

it.each(packages)("comments of $name end at column 110", ({ folder, folderName }) => {
  const files = readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" });
  const found = files
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) =>
      wideComments(readFileSync(join(folder, "src", file), "utf8")).map((line) => `${file}:${line}`),
    );
  const allowed = stillTooWide[folderName] ?? 0;
  // The lines are of interest only where there are more than before.
  expect(found.length > allowed ? found : []).toEqual([]);
});

it("a comment counts wherever it stands, and a directive does not, which has to be one line", () => {
  const long = "x".repeat(maxColumns);
  const lines = [
    `// ${long}`,
    ` * ${long}`,
    `/** ${long} */`,
    `run(); // ${long}`,
    `const text = "${long}";`,
  ];
  const directives = [
    `// biome-ignore lint/a/b: ${long}`,
    `// @ts-expect-error ${long}`,
    `// https://x.test/${long}`,
  ];
  expect(wideComments([...lines, ...directives].join("\n"))).toEqual([1, 2, 3, 4]);
});

/** The numbers of lines whose comment is too wide. */
function wideComments(text: string): number[] {
  return text
    .split("\n")
    .flatMap((line, index) => (line.length > maxColumns && isComment(line) ? [index + 1] : []));
}

function isComment(line: string): boolean {
  if (/biome-ignore|@ts-|^\W*https?:\S+$/.test(line)) return false;
  return /^\s*(\/\/|\/\*|\*)/.test(line) || /[;,{})] \/\/ [^"'`]*$/.test(line);
}
