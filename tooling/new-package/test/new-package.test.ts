import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { runCommand } from "@wirekit/package-check/run-command";
import { layOut } from "../src/lay-out.ts";

// A package is laid out in an empty workspace that borrows the modules of this one, and must be green as it
// stands.

const own = join(import.meta.dirname, "..");
const root = join(own, "../..");
const name = "acme-events";
let workspace = "";

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), "wirekit-new-package-"));
  for (const folder of ["packages", "apps", "tooling/package-check/exports"])
    await mkdir(join(workspace, folder), { recursive: true });
  await cp(join(root, "tooling/biome"), join(workspace, "tooling/biome"), { recursive: true });
  await cp(join(root, "README.md"), join(workspace, "README.md"));
  await writeFile(join(workspace, ".gitignore"), "node_modules\ntest-results\n");
  await writeFile(
    join(workspace, "package.json"),
    `${JSON.stringify({ name: "workspace", private: true }, null, 2)}\n`,
  );
  await symlink(join(own, "node_modules"), join(workspace, "node_modules"), "dir");
  await layOut(workspace, { name, description: "Sends events to Acme." });
  const installed = join(workspace, `apps/${name}-demo/node_modules/@wirekit`);
  await mkdir(installed, { recursive: true });
  await symlink(join(workspace, "packages", name), join(installed, name), "dir");
});

afterAll(async () => {
  await rm(workspace, { recursive: true });
});

/** Runs a command of this package in a folder of the workspace; it must succeed. */
async function run(folder: string, command: string, ...parameters: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await runCommand(join(own, "node_modules/.bin", command), parameters, {
    cwd: join(workspace, folder),
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}\n${stdout}${stderr}`);
}

describe.each([`packages/${name}`, `apps/${name}-demo`])("what is laid out in %s", (folder) => {
  it("compiles", () => run(folder, "tsc"));

  it("passes its tests", () => run(folder, "wirekit-jest"));
});

it("passes the linters", async () => {
  await run("", "biome", "check", "--error-on-warnings", "--config-path=tooling/biome/config.json", ".");
  await run("", "depcruise", "--config", "tooling/biome/imports.cjs", "packages", "apps");
});

it("has a changeset, programs for the package check, a table of exports and a row in the README", async () => {
  const readme = await readFile(join(workspace, "README.md"), "utf8");
  expect(readme).toContain(`| [\`@wirekit/${name}\`](packages/${name}) | Sends events to Acme. |`);
  const files = [
    `.changeset/${name}-first.md`,
    `tooling/package-check/programs/${name}/send.mjs`,
    `tooling/package-check/programs/${name}/client.ts`,
    `tooling/package-check/exports/${name}.txt`,
  ];
  expect(files.filter((file) => !existsSync(join(workspace, file)))).toEqual([]);
});

it("is never laid out over a package that is there", async () => {
  await expect(layOut(workspace, { name, description: "" })).rejects.toThrow(
    "packages/acme-events is there already",
  );
});
