import { expect, it } from "@jest/globals";
import { wideLines } from "./comment-width.ts";

const wide = "x".repeat(107);

it("finds comments that end beyond column 110, in every form", () => {
  const lines = [`// ${wide}`, `/** ${wide} */`, ` * ${wide}x`, `  // ${wide}`];
  expect(wideLines(lines.join("\n"))).toEqual([2, 3, 4]);
});

it("passes over code, URLs, and instructions to the linter", () => {
  const lines = [`const a = "${wide}";`, `// https://wirekit.test/${wide}`, `// biome-ignore lint: ${wide}`];
  expect(wideLines(lines.join("\n"))).toEqual([]);
});
