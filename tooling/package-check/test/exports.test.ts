import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { exportedNames, exportsTable } from "../src/exported-names.ts";
import { publishablePackages } from "../src/publishable-packages.ts";

// The public names of every package stand in `exports/`, so that a review sees each one that comes or goes.

const tables = join(import.meta.dirname, "../exports");
const packages = await publishablePackages(join(import.meta.dirname, "../../.."));
/** A user of any package learns the root of core: it stays small. */
const maxNamesOfCore = 45;

describe.each(packages)("the exports of $name", (publishable) => {
  it("are those of its table; after a change that is meant, run `pnpm exports`", async () => {
    const table = readFileSync(join(tables, `${publishable.folderName}.txt`), "utf8");
    expect(exportsTable(await exportedNames(publishable))).toBe(table);
  });
});

it("there is no table of a package that is gone", () => {
  expect(readdirSync(tables).sort()).toEqual(packages.map(({ folderName }) => `${folderName}.txt`).sort());
});

it(`the root of core has at most ${maxNamesOfCore} names`, () => {
  const [, count] = /^@wirekit\/core: (\d+)$/m.exec(readFileSync(join(tables, "core.txt"), "utf8")) ?? [];
  expect(Number(count)).toBeLessThanOrEqual(maxNamesOfCore);
});
