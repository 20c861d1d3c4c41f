import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { folderWith } from "../test/folder-with.ts";
import { changesetFaults } from "./changesets.ts";

// In a folder without git: a fresh clone may have a shallow history, one branch only, or no remote.

const root = join(import.meta.dirname, "../../..");
/** The faults of a workspace with one package, `@wirekit/alpha`, and these changesets. */
async function faultsOf(changesets: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await folderWith({
    ".changeset/config.json": readFileSync(join(root, ".changeset/config.json"), "utf8"),
    ".changeset/README.md": "# Changesets\n",
    "package.json": JSON.stringify({ name: "workspace", private: true }),
    "pnpm-workspace.yaml": "packages: [packages/*]\n",
    "packages/alpha/package.json": JSON.stringify({ name: "@wirekit/alpha", version: "0.1.0" }),
    ...Object.fromEntries(Object.entries(changesets).map(([name, text]) => [`.changeset/${name}`, text])),
  });
  return changesetFaults(folder);
}

const sound = '---\n"@wirekit/alpha": patch\n---\n\nAlpha does more.\n';

it("finds no fault in a sound changeset", async () => {
  expect(await faultsOf({ "sound.md": sound })).toEqual([]);
});

it.each([
  ["whose front matter became a heading", '---\n\n## "@wirekit/alpha": patch\n\nText.\n', /frontmatter/],
  ["that is empty", "", /file is empty/],
  ["with an unknown kind of release", sound.replace("patch", "tiny"), /invalid version type "tiny"/],
  ["that names no package", "---\n---\n\nText.\n", /names no package/],
  ["without a text", '---\n"@wirekit/alpha": patch\n---\n', /says nothing for the changelog/],
])("names the file of a changeset %s", async (_, text, message) => {
  const faults = await faultsOf({ "sound.md": sound, "broken.md": text });
  expect(faults).toEqual([expect.stringMatching(/^\.changeset\/broken\.md: /)]);
  expect(faults[0]).toMatch(message);
});

it("finds a changeset for a package that is not in the workspace", async () => {
  const [fault] = await faultsOf({ "gone.md": sound.replace("alpha", "gone") });
  expect(fault).toMatch(/@wirekit\/gone/);
});

it("finds no fault in the changesets of this workspace", async () => {
  expect(await changesetFaults(root)).toEqual([]);
});
