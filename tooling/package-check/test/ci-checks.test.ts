import { chmod } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, it } from "@jest/globals";
import { runCommand } from "../src/run-command.ts";
import { folderWith } from "./folder-with.ts";

// The program that CI runs, in a small workspace, with something in the place of pnpm that does as it is
// told.

const checks = join(import.meta.dirname, "../../../.ci/checks.mjs");
/** What a step prints, how it ends, and which counts it leaves. */
interface Step {
  readonly prints?: string;
  readonly status?: number;
  readonly counts?: Readonly<Record<string, unknown>>;
}

const standIn = `#!/usr/bin/env node
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const steps = JSON.parse(readFileSync("steps.json", "utf8"));
const [, , , , ...command] = process.argv;
const { prints = "", status = 0, counts = {} } = steps[command.join(" ")] ?? {};
for (const [path, content] of Object.entries(counts)) {
  mkdirSync(require("node:path").dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(content));
}
process.stdout.write(prints);
process.exitCode = status;
`;

/**
 * Runs the checks where each step does what `steps` says of it, by its command; resolves to what they print,
 * in lines.
 */
async function linesOf(steps: Readonly<Record<string, Step>>): Promise<readonly string[]> {
  const folder = await folderWith({
    "packages/alpha/package.json": JSON.stringify({ scripts: { test: "", "test:interop": "" } }),
    "apps/.keep": "",
    "tooling/.keep": "",
    "steps.json": JSON.stringify(steps),
    "bin/npx": standIn,
  });
  await chmod(join(folder, "bin/npx"), 0o755);
  const path = [join(folder, "bin"), process.env.PATH].join(delimiter);
  const { stdout } = await runCommand("env", [`PATH=${path}`, process.execPath, checks], { cwd: folder });
  return stdout.trimEnd().split("\n");
}

const counts = (name: string, more: object) => ({
  [`packages/alpha/test-results/${name}`]: { passed: 3, failed: 0, skipped: 0, failures: [], ...more },
});
const random =
  "test --force -- --randomize --coverage --coverageReporters=json-summary --coverageDirectory=test-results/coverage";
const sound = {
  test: { counts: counts("counts.json", {}) },
  [random]: { counts: counts("counts.json", {}) },
  "test:interop": { counts: counts("counts-interop.json", {}) },
};

it("says at the end how many have passed", async () => {
  const lines = await linesOf(sound);
  // Three tests of each kind, twice those that run in random order too, the consumers' none, and each other
  // step.
  expect(lines.slice(-2)).toEqual([expect.stringMatching(/^After .* minutes:$/), "15 passed, 0 failed"]);
});

it("says at the end what has failed and why, and last how many", async () => {
  const own = "    at row (/workspace/tooling/interop/src/row.ts:1:2)";
  const message = [
    "Error: python ended with 1: \u001b[31mTraceback\u001b[39m",
    ...Array.from({ length: 60 }, (_, index) => `line ${index}`),
    "kafka.errors.NoBrokersAvailable",
    own,
    "    at process.processTicksAndRejections (node:internal/process/task_queues:1:2)",
    "    at /workspace/node_modules/jest-circus/build/index.js:1:2",
  ].join("\n");
  const lines = await linesOf({
    ...sound,
    "test:interop": {
      status: 1,
      counts: counts("counts-interop.json", { failures: [{ name: "a.interop.ts: a row", message }] }),
    },
    demo: { status: 2, prints: `${Array.from({ length: 60 }, (_, index) => `step ${index}`).join("\n")}\n` },
  });
  const closing = lines.slice(lines.findIndex((line) => line.startsWith("After ")) + 1);
  const row = "interop: packages/alpha: a.interop.ts: a row";
  const numbered = (what: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `    ${what} ${from + index}`);
  expect(closing).toEqual([
    "FAILED demo: ended with status 2",
    `FAILED ${row}`,
    "",
    "demo: ended with status 2",
    ...numbered("step", 35, 59),
    "",
    row,
    "    Error: python ended with 1: Traceback",
    ...numbered("line", 0, 23),
    "    [23 lines left out]",
    ...numbered("line", 47, 59),
    "    kafka.errors.NoBrokersAvailable",
    `    ${own}`,
    "14 passed, 2 failed",
  ]);
});

it("shows the coverage of each package, and fails where it is below what was recorded", async () => {
  const summary = (pct: number) => ({
    ...counts("counts.json", {}),
    "packages/alpha/test-results/coverage/coverage-summary.json": { total: { statements: { pct } } },
    ".ci/coverage.json": { "packages/alpha": 90.5 },
  });
  const good = await linesOf({ ...sound, [random]: { counts: summary(91.25) } });
  expect(good).toContain("  91.25 %  packages/alpha (at least 90.5)");
  expect(good.at(-1)).toBe("16 passed, 0 failed");
  const bad = await linesOf({ ...sound, [random]: { counts: summary(90.25) } });
  expect(bad.slice(-2)).toEqual([
    "FAILED coverage: packages/alpha: 90.25 % of its statements, and 90.5 are recorded",
    "15 passed, 1 failed",
  ]);
});

it("shows what its steps print, with the name of the step where two run side by side", async () => {
  const lines = await linesOf({
    ...sound,
    lint: { prints: "all is clean\n" },
    "test:interop": { ...sound["test:interop"], prints: "a row\n" },
  });
  expect(lines).toContain("a row");
  expect(lines).toContain("lint | all is clean");
});

it("counts tests that were skipped and packages that left no counts", async () => {
  const lines = await linesOf({
    ...sound,
    test: { counts: counts("counts.json", { skips: ["b.test.ts: waits"] }) },
    "test:interop": { status: 1, prints: "out of memory\n" },
  });
  expect(lines.slice(-6)).toEqual([
    "FAILED test: packages/alpha: skipped: b.test.ts: waits",
    "FAILED interop: packages/alpha left no counts",
    "",
    "interop: packages/alpha left no counts",
    "    out of memory",
    "12 passed, 2 failed",
  ]);
});
