import { describe, expect, it } from "@jest/globals";
import { findSnippets } from "./read-snippets.ts";

describe("findSnippets", () => {
  it("finds the blocks of TypeScript, with the line where each begins", () => {
    const markdown = [
      "# A",
      "",
      "```ts",
      "const a = 1;",
      "",
      "run(a);",
      "```",
      "text",
      "```typescript",
      "b();",
      "```",
    ];
    expect(findSnippets(markdown.join("\n"), "README.md")).toEqual([
      { name: "README.md:4", code: "const a = 1;\n\nrun(a);", prints: [] },
      { name: "README.md:10", code: "b();", prints: [] },
    ]);
  });

  it("passes over blocks of other languages, and over fences that stand inside of one", () => {
    const markdown = [
      "```sh",
      "npm install",
      "```",
      "````md",
      "```ts",
      "shown, not run",
      "```",
      "````",
      "```ts",
      "c();",
      "```",
    ];
    expect(findSnippets(markdown.join("\r\n"), "R.md")).toEqual([
      { name: "R.md:10", code: "c();", prints: [] },
    ]);
  });

  it("reads what a block says it prints", () => {
    const markdown = [
      "```ts",
      "console.log(1); // prints: 1",
      "const a = 2; // two",
      "run(a); // prints: 2 // or so",
      "```",
    ];
    expect(findSnippets(markdown.join("\n"), "R.md")[0]?.prints).toEqual(["1", "2 // or so"]);
  });

  it("finds nothing where nothing is", () => {
    expect(findSnippets("# Title\n`ts`", "R.md")).toEqual([]);
  });
});
