import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { runCommand } from "../src/run-command.ts";
import { folderWith } from "./folder-with.ts";

// The linters with the workspace's own rules, on a small workspace where each rule is broken once: a rule
// that stops working is noticed here, and not a year later.

const commands = join(import.meta.dirname, "../node_modules/.bin");
const rules = join(import.meta.dirname, "../../biome");

const manifest = (name: string, more: object = {}) =>
  JSON.stringify({ name: `@wirekit/${name}`, type: "module", exports: { ".": "./src/index.ts" }, ...more });

const sound = {
  ".gitignore": "node_modules/\n",
  "package.json": JSON.stringify({ name: "fixture", private: true }),
  "packages/core/package.json": manifest("core", {
    exports: { ".": "./src/index.ts", "./testing": "./src/testing/index.ts" },
    dependencies: { "left-out": "*" },
  }),
  "packages/core/src/testing/index.ts":
    'export { ok } from "node:assert/strict";\nexport { wait } from "../wait.ts";\n',
  "packages/core/src/index.ts": 'export { wait } from "./wait.ts";\n',
  "packages/core/src/wait.ts":
    "export async function wait(): Promise<void> {\n  await Promise.resolve();\n}\n",
  "packages/alpha/package.json": manifest("alpha", {
    dependencies: { "@wirekit/core": "*", kafkajs: "*" },
    devDependencies: { "@wirekit/devstack": "*", "left-out": "*" },
  }),
  "packages/alpha/src/index.ts": 'export { wait } from "@wirekit/core";\n',
  "packages/alpha/src/kafka.ts": 'export { Kafka } from "kafkajs";\n',
  "packages/alpha/src/index.test.ts":
    'import { wait as waitInTests } from "@wirekit/core/testing";\nimport { start } from "@wirekit/devstack";\nimport { wait } from "./index.ts";\n\nawait wait();\nawait waitInTests();\nstart();\n',
  "packages/beta/package.json": manifest("beta"),
  "packages/beta/src/index.ts": "export const beta = 1;\n",
  "tooling/devstack/package.json": manifest("devstack"),
  "tooling/devstack/src/index.ts": "export function start(): void {}\n",
};

const links = {
  "packages/alpha/node_modules/@wirekit/core": "packages/core",
  "packages/alpha/node_modules/@wirekit/devstack": "tooling/devstack",
  "packages/alpha/node_modules/@wirekit/beta": "packages/beta",
};

const leftOut = JSON.stringify({ name: "left-out", main: "index.js" });

const installed = {
  "packages/alpha/node_modules/left-out/package.json": leftOut,
  "packages/alpha/node_modules/left-out/index.js": "exports.left = 1;\n",
  "packages/core/node_modules/left-out/package.json": leftOut,
  "packages/core/node_modules/left-out/index.js": "exports.left = 1;\n",
  "packages/alpha/node_modules/kafkajs/package.json": JSON.stringify({ name: "kafkajs", main: "index.js" }),
  "packages/alpha/node_modules/kafkajs/index.js": "exports.Kafka = 1;\n",
  "packages/alpha/node_modules/kafkajs/src/cluster.js": "module.exports = 1;\n",
};

const broken = {
  "packages/alpha/src/undeclared.ts": 'export { beta } from "@wirekit/beta";\n',
  "packages/alpha/src/development.ts": 'export { left } from "left-out";\n',
  "packages/alpha/src/first.ts":
    'import { second } from "./second.ts";\n\nexport const first = (): number => second();\n',
  "packages/alpha/src/second.ts":
    'import { first } from "./first.ts";\n\nexport const second = (): number => first();\n',
  "packages/alpha/src/floating.ts":
    'import { wait } from "./local.ts";\n\nexport function forget(): void {\n  wait();\n}\n',
  "packages/alpha/src/misused.ts":
    'import { wait } from "./local.ts";\n\nexport function each(list: string[]): void {\n  list.forEach(async () => {\n    await wait();\n  });\n}\n',
  "packages/alpha/src/local.ts":
    "export async function wait(): Promise<void> {\n  await Promise.resolve();\n}\n",
  "packages/alpha/src/loose.ts": "export function take(value: any): void {\n  void value;\n}\n",
  "packages/alpha/src/deep.ts": 'export { wait } from "../../core/src/wait.ts";\n',
  "packages/alpha/src/deep-by-name.ts": 'export { wait } from "@wirekit/core/src/wait.ts";\n',
  "packages/alpha/src/tooling.ts": 'export { start } from "@wirekit/devstack";\n',
  "packages/core/src/bare.ts": 'export { readFile } from "node:fs";\n',
  "packages/core/src/testing/runner.ts": 'export { left } from "left-out";\n',
  "packages/alpha/src/helpers.ts": 'export { wait } from "@wirekit/core/testing";\n',
  "packages/alpha/src/insides.ts":
    'import { createRequire } from "node:module";\n\nconst require = createRequire(import.meta.url);\nexport const cluster = require("kafkajs/src/cluster");\n',
  "packages/core/src/upward.ts": 'export { beta } from "../../beta/src/index.ts";\n',
  "packages/alpha/src/wire/impure.ts": 'export { readFile } from "node:fs";\n',
  "packages/alpha/test/sibling.test.ts": 'import { beta } from "@wirekit/beta";\n\nbeta.toFixed();\n',
};

async function workspace(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await folderWith({ ...files, ...installed });
  for (const [name, target] of Object.entries(links)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await symlink(join(folder, target), join(folder, name), "dir");
  }
  await cp(rules, join(folder, "tooling/biome"), { recursive: true });
  return folder;
}

/** What `pnpm lint` runs, as `file: rule` for each fault. */
async function lint(folder: string): Promise<readonly string[]> {
  const checked = await runCommand(
    join(commands, "biome"),
    ["lint", "--config-path=tooling/biome/config.json", "--reporter=json", "."],
    { cwd: folder },
  );
  const cruised = await runCommand(
    join(commands, "depcruise"),
    ["--config", "tooling/biome/imports.cjs", "--output-type", "json", "packages", "tooling"],
    { cwd: folder },
  );
  return [...biomeFaults(checked.stdout), ...importFaults(cruised.stdout)].sort();
}

function biomeFaults(report: string): readonly string[] {
  const { diagnostics } = JSON.parse(report) as {
    readonly diagnostics: readonly {
      readonly category: string;
      readonly severity: string;
      readonly location: { readonly path: string };
    }[];
  };
  return diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ category, location }) => `${location.path}: ${category.split("/").at(-1)}`);
}

function importFaults(report: string): readonly string[] {
  const { summary } = JSON.parse(report) as {
    readonly summary: {
      readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
    };
  };
  return summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`);
}

it("a sound workspace has no fault", async () => {
  expect(await lint(await workspace(sound))).toEqual([]);
});

describe("it is a fault", () => {
  let faults: readonly string[];

  beforeAll(async () => {
    faults = await lint(await workspace({ ...sound, ...broken }));
  });

  it.each([
    ["to import what the package does not declare", "alpha/src/undeclared.ts: noUndeclaredDependencies"],
    ["to import a sibling package", "alpha/src/undeclared.ts: package-imports-core-only"],
    ["to import a sibling package in a test", "alpha/test/sibling.test.ts: no-sibling-in-tests"],
    ["to publish what needs a development dependency", "alpha/src/development.ts: no-development-dependency"],
    ["to import in a circle, says one linter", "alpha/src/first.ts: noImportCycles"],
    ["to import in a circle, says the other", "alpha/src/first.ts: no-cycle"],
    ["to let a promise float", "alpha/src/floating.ts: noFloatingPromises"],
    ["to hand a promise where none is expected", "alpha/src/misused.ts: noMisusedPromises"],
    ["to write any", "alpha/src/loose.ts: noExplicitAny"],
    ["to reach into another package by its path", "alpha/src/deep.ts: no-deep-import"],
    ["to reach into another package by its name", "alpha/src/deep-by-name.ts: resolvable"],
    ["to import tooling from what is published", "alpha/src/tooling.ts: package-imports-core-only"],
    ["to import a node module in the root of core", "core/src/bare.ts: core-root-is-bare"],
    ["to import a package in core", "core/src/upward.ts: core-imports-no-sibling"],
    ["to import more than core in core/testing", "core/src/testing/runner.ts: testing-stands-on-core"],
    ["to import core/testing in what is published", "alpha/src/helpers.ts: no-testing-in-sources"],
    ["to import the insides of kafkajs", "alpha/src/insides.ts: kafkajs-insides-in-one-folder"],
    ["to do input and output in wire/", "alpha/src/wire/impure.ts: wire-is-pure"],
  ])("%s", (_, fault) => {
    expect(faults).toContain(`packages/${fault}`);
  });
});
