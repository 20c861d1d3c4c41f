import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "@jest/globals";
import { runCommand } from "../src/run-command.ts";
import { folderWith } from "./folder-with.ts";

const configuration = pathToFileURL(join(import.meta.dirname, "../../jest-config/index.js")).href;
const jest = join(import.meta.dirname, "../node_modules/.bin/wirekit-jest");
const imports = 'import { expect, it } from "@jest/globals";\n';

async function countsOf(suites: Readonly<Record<string, string>>): Promise<unknown> {
  const folder = await folderWith({
    "package.json": JSON.stringify({ type: "module" }),
    "jest.config.js": `export { default } from "${configuration}";\n`,
    ...Object.fromEntries(Object.entries(suites).map(([name, body]) => [name, imports + body])),
  });
  await runCommand(jest, ["--testMatch", "**/*.test.ts"], { cwd: folder });
  return JSON.parse(await readFile(join(folder, "test-results/counts.json"), "utf8"));
}

it("counts and names what failed, with its message, and what was skipped", async () => {
  const body = `
    it("adds", () => expect(1 + 1).toBe(2));
    it("subtracts", () => expect(1 - 1).toBe(1));
    it.skip("divides", () => expect(1).toBe(1));
    it.todo("multiplies");
  `;
  expect(await countsOf({ "sums.test.ts": body })).toEqual({
    passed: 1,
    failed: 1,
    skipped: 2,
    failures: [
      { name: "sums.test.ts: subtracts", message: expect.stringMatching(/Expected: 1\s+Received: 0/) },
    ],
    skips: ["sums.test.ts: divides", "sums.test.ts: multiplies"],
  });
});

it("counts a suite that cannot be loaded as a failure", async () => {
  const counts = await countsOf({
    "lost.test.ts": 'import "./nowhere.ts";\nit("runs", () => expect(1).toBe(1));',
    "found.test.ts": 'it("runs", () => expect(1).toBe(1));',
  });
  expect(counts).toMatchObject({
    passed: 1,
    failed: 1,
    failures: [
      {
        name: "lost.test.ts: the suite could not be loaded",
        message: expect.stringContaining("Cannot find module './nowhere.ts'"),
      },
    ],
  });
});

it("a message has what the error was caused by", async () => {
  const body = `
    it("asks", () => {
      throw new Error("asked in vain", { cause: new Error("the broker was away") });
    });
  `;
  expect(await countsOf({ "asking.test.ts": body })).toMatchObject({
    failures: [{ message: expect.stringMatching(/asked in vain[\s\S]*the broker was away/) }],
  });
});
