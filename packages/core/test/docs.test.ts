import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { readSnippets, runSnippets } from "@wirekit/test-support/readme";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));
const folder = new URL("../docs/", import.meta.url);
const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));

it.each(pages)(
  "every example of %s runs, and prints what it says",
  async (page) => {
    const snippets = readSnippets(fileURLToPath(new URL(page, folder)));
    expect(snippets.length).toBeGreaterThan(1);
    expect(await runSnippets(snippets, { packageDirectory, env: { NO_COLOR: "1" } })).toEqual(
      snippets.map(({ name, prints }) => ({ name, printed: prints, complaints: "" })),
    );
  },
  60_000,
);

// The examples are files as well, so that the type checker reads them.
it("every example is one that is checked", () => {
  const shown = pages.flatMap((page) =>
    [...readFileSync(new URL(page, folder), "utf8").matchAll(/```[tj]s\n([\s\S]*?)```/g)].map(
      ([, code]) => code,
    ),
  );
  const directory = new URL("snippets/", import.meta.url);
  const files = readdirSync(directory).map((name) => readFileSync(new URL(name, directory), "utf8"));
  expect([...shown].sort()).toEqual([...files].sort());
});
