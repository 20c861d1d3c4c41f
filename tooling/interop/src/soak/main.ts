import { isCi, lackOf, sayNotRun } from "@wirekit/servers";
import { parseSoak, type SoakCommand } from "./command-line.ts";
import { soakOne } from "./soak-one.ts";
import { workloads } from "./workloads/index.ts";

const command = readCommand();
const { minutes, seed, filter } = command;
const durationMs = minutes * 60_000;
/** Often enough for a trend in a short run, seldom enough to be read in a long one. */
const sampleEveryMs = Math.min(60_000, Math.max(2_500, durationMs / 24));

const interrupted = new AbortController();
process.once("SIGINT", () => {
  console.log("interrupted: everything is brought to its end; once more ends it at once");
  interrupted.abort();
  process.once("SIGINT", () => process.exit(130));
});

const selected = workloads.filter(({ name }) => name.includes(filter));
if (selected.length === 0)
  fail(`No workload is called ${filter}. There are: ${workloads.map(({ name }) => name).join(", ")}`);
console.log(`${minutes} minutes; --seed ${seed} gives the same faults again`);

const runs = selected.map(async (workload): Promise<readonly string[]> => {
  const lack = await lackOf(workload.needs);
  if (lack !== undefined) {
    sayNotRun(workload.name, lack.message);
    return isCi() ? [`${workload.name} was not run: ${lack.message}`] : [];
  }
  const options = { seed, durationMs, sampleEveryMs, signal: interrupted.signal };
  return await soakOne(workload, { ...options, print: (line) => console.log(line) });
});
const ends = await Promise.allSettled(runs);
const faults = ends.flatMap((end) => (end.status === "fulfilled" ? end.value : [String(end.reason)]));
console.log(
  faults.length === 0 ? "\nAll is well." : `\n${faults.map((fault) => `FAULT ${fault}`).join("\n")}`,
);
// What still holds the process would be a server's connection, and every server is stopped.
process.exit(faults.length === 0 ? 0 : 1);

function readCommand(): SoakCommand {
  try {
    return parseSoak(process.argv.slice(2));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(why: string): never {
  console.error(why);
  process.exit(1);
}
