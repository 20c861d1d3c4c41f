import type { Remarks } from "./checks.ts";
import { countByOwner } from "./module-owner.ts";
import { outputOf } from "./run-command.ts";

export const formats = ["esm", "cjs"] as const;
export type Format = (typeof formats)[number];

const maxImportMs = 60;
const importRounds = 7;
/** What an entry may load besides its own package. Drivers are for the first use. */
const shared = "@wirekit/core";

interface Loaded {
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly builtins: readonly string[];
}

/**
 * Loads one entry in a process of its own, and fails when that loads modules of anyone but the package and
 * core.
 */
export async function checkLoading(
  consumer: string,
  { entry, owner, format }: { readonly entry: string; readonly owner: string; readonly format: Format },
): Promise<Remarks> {
  const loaded = JSON.parse(
    await outputOf(process.execPath, ["load-entry.mjs", format, entry], { cwd: consumer }),
  ) as Loaded;
  const owners = countByOwner(loaded.files);
  const strangers = [...owners.keys()].filter((name) => name !== owner && name !== shared);
  if (strangers.length > 0) throw new Error(`importing it loads ${strangers.join(", ")}`);
  const modules = [...owners].map(([name, count]) => `${name} (${count})`).join(", ");
  const builtins = loaded.builtins.length === 0 ? "no built-in module" : loaded.builtins.join(", ");
  return [`${loaded.names.length} names; loads ${modules}; ${builtins}`];
}

/**
 * How long a fresh process takes to import one entry: the median of some, because the first reads from disk.
 */
export async function measureImport(
  consumer: string,
  { entry, format }: { readonly entry: string; readonly format: Format },
): Promise<Remarks> {
  const times: number[] = [];
  for (let round = 0; round < importRounds; round += 1) {
    const printed = await outputOf(process.execPath, ["time-import.mjs", format, entry], { cwd: consumer });
    times.push(Number(printed));
  }
  const median = times.sort((a, b) => a - b)[Math.floor(importRounds / 2)] ?? Number.NaN;
  const verdict = median <= maxImportMs ? "met" : "NOT MET";
  return [`${median.toFixed(1)} ms to import (goal: ${maxImportMs} ms, ${verdict})`];
}
