import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { pack } from "@wirekit/package-check/pack";
import { type PublishablePackage, publishablePackages } from "@wirekit/package-check/packages";
import type { BenchmarkCase } from "../harness/benchmark-case.ts";
import { judgeLimit } from "../harness/goals.ts";
import { summarize } from "../harness/statistics.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const formats = ["esm", "cjs"] as const;
type Format = (typeof formats)[number];

const importLimit = { most: 60, unit: "ms" };
const tarballLimit = { most: 60, unit: "kB" };

interface EntryTimes {
  readonly entry: string;
  readonly format: Format;
  readonly times: readonly number[];
}

/**
 * How long a fresh process takes to load each entry as it is built, and how large each package is to
 * download.
 */
export const loading: BenchmarkCase = {
  name: "loading",
  async run({ rounds }) {
    const packages = await publishablePackages(root);
    const imports = await importTimes(packages, rounds);
    const sizes = await tarballSizes(packages);
    const importRows = imports.map(({ entry, format, times }) => {
      const { median, spread } = summarize(times);
      return [`import ${entry} (${format})`, `${median.toFixed(1)} ms`, `${(spread * 100).toFixed(0)} %`];
    });
    const sizeRows = sizes.map(({ name, kilobytes }) => [`pack ${name}`, `${kilobytes.toFixed(1)} kB`, ""]);
    return {
      name: "loading",
      title: "importing an entry in a fresh process, and the packed tarballs",
      columns: ["", "median", "±"],
      rows: [...importRows, ...sizeRows],
      goals: [
        ...imports.map(({ entry, format, times }) =>
          judgeLimit(`import ${entry} (${format})`, summarize(times).median, importLimit),
        ),
        ...sizes.map(({ name, kilobytes }) => judgeLimit(`pack ${name}`, kilobytes, tarballLimit)),
      ],
      notes: ["without the start of Node itself; drivers are loaded on first use, and not here"],
      results: { imports, sizes },
    };
  },
};

async function importTimes(
  packages: readonly PublishablePackage[],
  rounds: number,
): Promise<readonly EntryTimes[]> {
  const subjects = packages.flatMap(({ folder, entries }) =>
    entries.flatMap((entry) => formats.map((format) => ({ folder, entry, format, times: [] as number[] }))),
  );
  // One round more than is counted: the first reads the files from disk.
  for (let round = 0; round <= rounds; round += 1) {
    for (const { folder, entry, format, times } of subjects) {
      const elapsedMs = await timeImport(folder, entry, format);
      if (round > 0) times.push(elapsedMs);
    }
  }
  return subjects.map(({ entry, format, times }) => ({ entry, format, times }));
}

/**
 * In the package's own folder, where its name leads to what it exports: the built files, as its users get
 * them.
 */
async function timeImport(folder: string, entry: string, format: Format): Promise<number> {
  const load = format === "esm" ? `await import("${entry}")` : `require("${entry}")`;
  const script = `const startedAt = performance.now(); ${load}; console.log(performance.now() - startedAt);`;
  const type = format === "esm" ? "module" : "commonjs";
  // Without this process's own options for Node: they would lead to the sources.
  const { stdout } = await promisify(execFile)(process.execPath, [`--input-type=${type}`, "-e", script], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  return Number(stdout);
}

async function tarballSizes(
  packages: readonly PublishablePackage[],
): Promise<readonly { readonly name: string; readonly kilobytes: number }[]> {
  const directory = await mkdtemp(join(tmpdir(), "wirekit-bench-"));
  try {
    const sizes = [];
    for (const publishable of packages) {
      const { size } = await stat(await pack(publishable, directory));
      sizes.push({ name: publishable.name, kilobytes: size / 1000 });
    }
    return sizes;
  } finally {
    await rm(directory, { recursive: true });
  }
}
