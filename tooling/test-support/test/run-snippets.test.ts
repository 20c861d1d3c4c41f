import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { findSnippets, runSnippets } from "../src/readme/index.ts";

const packageDirectory = fileURLToPath(new URL("..", import.meta.url));

it("snippets are run one after the other, and what each printed and complained of is told apart", async () => {
  const markdown = [
    '```ts\nconst name: string = "one";\nconsole.log(name, process.env.WHO);\n```',
    '```ts\nconst name = "two";\nconsole.error("careful");\nawait Promise.resolve();\n```',
    '```ts\nthrow new Error("broken on purpose");\n```',
    "```ts\nconsole.log(1);\nconsole.log(2);\n```",
  ];
  const snippets = findSnippets(markdown.join("\n"), "R.md");
  expect(await runSnippets(snippets, { packageDirectory, env: { WHO: "me" } })).toEqual([
    { name: "R.md:2", printed: ["one me"], complaints: "" },
    { name: "R.md:6", printed: [], complaints: "careful\n" },
    { name: "R.md:11", printed: [], complaints: expect.stringContaining("broken on purpose") },
    { name: "R.md:14", printed: ["1", "2"], complaints: "" },
  ]);
}, 60_000);

it("a process that the snippets end badly is no result", async () => {
  const snippets = findSnippets("```ts\nprocess.exit(3);\n```", "R.md");
  await expect(runSnippets(snippets, { packageDirectory })).rejects.toThrow("failed with exit code 3");
}, 60_000);
