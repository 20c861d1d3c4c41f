import { expect, it } from "@jest/globals";
import { wideLines } from "./comment-width.ts";

it("a comment counts wherever it stands, and a directive does not, which has to be one line", () => {
  const long = "x".repeat(110);
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
  expect(wideLines([...lines, ...directives].join("\n"))).toEqual([1, 2, 3, 4]);
});
