// How much of each package its tests reach. `node .ci/coverage.mjs` after `.ci/run` records what was measured
// as the floor.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const floorsFile = ".ci/coverage.json";
/**
 * What a run may reach less than the one that was recorded: branches that depend on time or chance. In
 * percent.
 */
const margin = 0.5;

/**
 * The statements of a package that its tests have reached, in percent; `undefined` when that was not
 * measured.
 *
 * @param {string} folder
 * @returns {number | undefined}
 */
export function coverageOf(folder) {
  const file = join(folder, "test-results/coverage/coverage-summary.json");
  if (!existsSync(file)) return undefined;
  const { pct } = JSON.parse(readFileSync(file, "utf8")).total.statements;
  // A package without sources has none to reach.
  return typeof pct === "number" ? pct : undefined;
}

/**
 * The least that each package must reach, by its folder.
 *
 * @returns {Readonly<Record<string, number>>}
 */
export function readFloors() {
  return existsSync(floorsFile) ? JSON.parse(readFileSync(floorsFile, "utf8")) : {};
}

/** Records what was measured, less a margin. A package that was not measured keeps its floor. */
function recordFloors() {
  const floors = { ...readFloors() };
  for (const group of ["packages", "tooling"])
    for (const name of readdirSync(group)) {
      const percent = coverageOf(join(group, name));
      if (percent !== undefined) floors[`${group}/${name}`] = Math.floor((percent - margin) * 10) / 10;
    }
  const sorted = Object.fromEntries(Object.entries(floors).sort(([one], [other]) => (one < other ? -1 : 1)));
  writeFileSync(floorsFile, `${JSON.stringify(sorted, null, 2)}\n`);
  console.log(sorted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) recordFloors();
