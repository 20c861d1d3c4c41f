import { writeFile } from "node:fs/promises";
import { arch, cpus, platform } from "node:os";
import { resolve } from "node:path";
import { cases } from "./cases/index.ts";
import type { CaseReport } from "./harness/benchmark-case.ts";
import { parseCommand } from "./harness/command-line.ts";
import { formatReport } from "./harness/print-report.ts";

const { filter, rounds, json } = parseCommand(process.argv.slice(2));
const selected = cases.filter(({ name }) => name.includes(filter));
if (selected.length === 0) {
  console.error(`No case is called ${filter}. There are: ${cases.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, ${platform()} ${arch()}, Node ${process.version}`;
console.log(`${machine}; ${rounds} rounds\n`);
const reports: CaseReport[] = [];
for (const benchmark of selected) {
  const report = await benchmark.run({ rounds });
  console.log(`${formatReport(report)}\n`);
  reports.push(report);
}
if (json !== undefined) {
  // pnpm starts this in its own folder; a user means the one the command was given in.
  const file = resolve(process.env.INIT_CWD ?? ".", json);
  const figures = reports.map(({ name, title, goals, results }) => ({ name, title, goals, results }));
  await writeFile(file, `${JSON.stringify({ machine, rounds, cases: figures }, undefined, 2)}\n`);
}
