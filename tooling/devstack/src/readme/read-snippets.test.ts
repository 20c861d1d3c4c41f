import { describe, expect, it } from "@jest/globals";
import { findSnippets } from "./read-snippets.ts";

describe("findSnippets", () => {
  it("finds the blocks of TypeScript, with the line where each begins", () => {
    const markdown = ["# A", "", "```ts", "const a = 1;", "", "run(a);", "```", "text", "```typescript", "b();", "```"];
    expect(findSnippets(markdown.join("\n"), "README.md")).toEqual([
      { name: "README.md:4", code: "const a = 1;\n\nrun(a);" },
      { name: "README.md:10", code: "b();" },
    ]);
  });

  it("passes over blocks of other languages, and over fences that stand inside of one", () => {
    const markdown = ["```sh", "npm install", "```", "````md", "```ts", "shown, not run", "```", "````", "```ts", "c();", "```"];
    expect(findSnippets(markdown.join("\r\n"), "R.md")).toEqual([{ name: "R.md:10", code: "c();" }]);
  });

  it("finds nothing where nothing is", () => {
    expect(findSnippets("# Title\n`ts`", "R.md")).toEqual([]);
  });
});
