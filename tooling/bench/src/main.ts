import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { lackOf } from "@wirekit/servers";
import { cases } from "./cases/index.ts";
import type { BenchmarkCase, CaseReport } from "./harness/benchmark-case.ts";
import { type Command, parseCommand, usage } from "./harness/command-line.ts";
import { formatReport } from "./harness/print-report.ts";
import type { FailedCase, Run } from "./report/markdown-report.ts";
import { collectRunFacts } from "./report/run-facts.ts";
import { formatFigures, writeReport } from "./report/write-report.ts";

const command = readCommand();
const selected = selectCases(command);
await refuseWhatCannotRun(selected);
const folder = folderOf(command);
// What cannot be written to is found out before the minutes that measuring takes, not after them.
if (folder !== undefined) await mkdir(folder, { recursive: true });

const run = await runCases(selected, command.rounds);
if (command.json !== undefined) await writeFile(fromCaller(command.json), formatFigures(run));
if (folder !== undefined) console.log(`Report: ${await writeReport(folder, run)}`);
// Not left to end by itself: a contender that failed may go on trying, and would keep the process alive.
if (run.failed.length > 0) process.exit(1);

function readCommand(): Command {
  try {
    return parseCommand(process.argv.slice(2));
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : error}\nUsage: ${usage}`);
  }
}

function selectCases({ servers, filter }: Command): readonly BenchmarkCase[] {
  const chosen = cases[servers].filter(({ name }) => name.includes(filter));
  if (chosen.length > 0) return chosen;
  const there = cases[servers].map(({ name }) => name).join(", ");
  return refuse(
    `No case ${servers === "real" ? "on real servers " : ""}is called ${filter}. There are: ${there}`,
  );
}

async function refuseWhatCannotRun(chosen: readonly BenchmarkCase[]): Promise<void> {
  const needs = [...new Set(chosen.flatMap(({ needs = [] }) => needs))];
  const lack = await lackOf(needs);
  if (lack !== undefined) refuse(`These benchmarks cannot run here: ${lack.message}`);
}

function folderOf({ servers, out }: Command): string | undefined {
  if (out !== undefined) return fromCaller(out);
  return servers === "real" ? fileURLToPath(new URL("../results", import.meta.url)) : undefined;
}

/** A failure does not take away what the other cases found. */
async function runCases(chosen: readonly BenchmarkCase[], rounds: number): Promise<Run> {
  const facts = await collectRunFacts(rounds);
  const { processors, model, system } = facts.machine;
  console.log(`${processors} × ${model}, ${system}, Node ${facts.node}; ${rounds} rounds\n`);
  const reports: CaseReport[] = [];
  const failed: FailedCase[] = [];
  for (const benchmark of chosen) {
    try {
      const report = await benchmark.run({ rounds });
      console.log(`${formatReport(report)}\n`);
      reports.push(report);
    } catch (error) {
      console.error(`${benchmark.name} failed:`, error, "\n");
      failed.push({ name: benchmark.name, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { facts, reports, failed };
}

/** pnpm starts this in its own folder; a user means the one that the command was given in. */
function fromCaller(path: string): string {
  return resolve(process.env.INIT_CWD ?? ".", path);
}

function refuse(message: string): never {
  console.error(message);
  process.exit(1);
}
