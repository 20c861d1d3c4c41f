import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

// The snippets are files, so that the type checker reads them; the text must show them as they are.
it("docs/engines.md shows the snippets that are checked, and no others", () => {
  const blocks = [...read("../docs/engines.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  const files = readdirSync(new URL("snippets", import.meta.url)).map((name) => read(`snippets/${name}`));
  expect([...blocks].sort()).toEqual([...files].sort());
});
