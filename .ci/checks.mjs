// Runs every step, also after one has failed, adds up what they counted, and says so in the last line.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { coverageOf, readFloors } from "./coverage.mjs";
import { endOf, excerptOf } from "./excerpt.mjs";

const pnpm = "npx -y pnpm@10.34.9";
/** The goal is 25 cold. What is stopped from outside, at 90, would say nothing of what it found. */
const limitMinutes = 85;

/** Long enough for several faults of every kind of workload. */
const soakMinutes = 2;

/** Of so many failures the end says why; of the others only their names. */
const explainedFailures = 10;
const coverageFlags = "--coverage --coverageReporters=json-summary --coverageDirectory=test-results/coverage";
/** What is kept of the output of a step, in characters. */
const keptOutput = 50_000;
/**
 * How long the output of a step may stay open after its end, in the hands of something that it has left
 * behind.
 */
const outputGraceMs = 5_000;

/** How the lines of a step are shown that runs beside another. */
const labelled = { lines: "labelled" };

const startedAt = Date.now();
const failures = [];
const durations = [];
let passed = 0;

await countedStep("test", `${pnpm} test`, { script: "test", file: "counts.json" });
// Two at a time where nothing depends on the time that it takes: none of these uses both cores by itself.
await Promise.all([
  inTurn(
    () => step("lint", `${pnpm} lint`, labelled),
    () => step("typecheck", `${pnpm} typecheck --concurrency=1`, labelled),
  ),
  inTurn(
    () => step("build", `${pnpm} build --concurrency=1`, labelled),
    () =>
      step("publint and attw", `${pnpm} exec turbo run package-check --continue --concurrency=1`, labelled),
  ),
]);
await Promise.all([
  // Forced: what npm resolves for a user today is not among the inputs that a cache could know.
  countedStep("consumer", `${pnpm} exec turbo run consumer --force`, {
    script: "consumer",
    file: "consumer-counts.json",
    ...labelled,
  }),
  step("demo", `${pnpm} demo`, labelled),
]);
if (packagesWith("test:interop").length > 0)
  await countedStep("interop", `${pnpm} test:interop`, {
    script: "test:interop",
    file: "counts-interop.json",
  });
await step("soak", `${pnpm} soak --minutes ${soakMinutes}`);
// Small: an order that matters shows without full counts. Coverage is measured here, because this run is
// never cached.
await countedStep(
  "test in random order",
  `WIREKIT_SCALE= ${pnpm} test --force -- --randomize ${coverageFlags}`,
  { script: "test", file: "counts.json" },
);
checkCoverage();

console.log(
  `\nTook: ${durations.map(({ name, minutes }) => `${name} ${minutes.toFixed(1)}`).join(", ")} minutes.`,
);
console.log(`\nAfter ${elapsedMinutes().toFixed(1)} minutes:`);
for (const { name } of failures) console.log(`FAILED ${name}`);
for (const { name, why = [] } of failures.slice(0, explainedFailures))
  if (why.length > 0) console.log(`\n${[name, ...why.map((line) => `    ${line}`)].join("\n")}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** A step that is one check: it passes or fails as a whole. */
async function step(name, command, display) {
  const { fault, output } = await run(name, command, display);
  if (fault === undefined) passed += 1;
  else failures.push({ name: `${name}: ${fault}`, why: endOf(output) });
}

/**
 * A step whose packages leave counts. A skipped test is a failure here, and so is a package that left none:
 * it crashed. So is a step that failed although all that it counted passed.
 */
async function countedStep(name, command, { script, file, ...display }) {
  removeResults(file);
  const { fault, output } = await run(name, command, display);
  const failuresBefore = failures.length;
  for (const folder of packagesWith(script)) {
    const path = join(folder, "test-results", file);
    if (!existsSync(path)) {
      failures.push({ name: `${name}: ${folder} left no counts`, why: endOf(output) });
      continue;
    }
    const counts = JSON.parse(readFileSync(path, "utf8"));
    passed += counts.passed;
    for (const failure of counts.failures)
      failures.push({ name: `${name}: ${folder}: ${failure.name}`, why: excerptOf(failure.message) });
    for (const skipped of counts.skips ?? [])
      failures.push({ name: `${name}: ${folder}: skipped: ${skipped}` });
  }
  if (fault !== undefined && failures.length === failuresBefore)
    failures.push({ name: `${name}: ${fault}`, why: endOf(output) });
}

/**
 * Runs a command in a process group of its own, and shows its output; resolves with the end of it, and with
 * what went wrong, or nothing.
 */
function run(name, command, { lines = "plain" } = {}) {
  const remainingMs = limitMinutes * 60_000 - (Date.now() - startedAt);
  if (remainingMs <= 0) return Promise.resolve({ fault: "not run, the time was used up", output: "" });
  console.log(`\n=== ${name}: ${command}`);
  const beganAt = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const [stream, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output = (output + text).slice(-keptOutput);
      });
      if (lines === "labelled")
        createInterface({ input: stream }).on("line", (line) => to.write(`${name} | ${line}\n`));
      else stream.on("data", (text) => to.write(text));
    }
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      process.kill(-child.pid, "SIGKILL");
    }, remainingMs);
    let grace;
    child.on("error", (error) => resolve({ fault: error.message, output }));
    child.on("exit", () => {
      clearTimeout(timer);
      durations.push({ name, minutes: (Date.now() - beganAt) / 60_000 });
      grace = setTimeout(() => {
        for (const stream of [child.stdout, child.stderr]) stream.destroy();
      }, outputGraceMs);
    });
    // After the last of its output.
    child.on("close", (status, signal) => {
      clearTimeout(grace);
      if (expired) resolve({ fault: "stopped, the time was used up", output });
      else
        resolve({ fault: status === 0 ? undefined : `ended with ${signal ?? `status ${status}`}`, output });
    });
  });
}

/**
 * Shows how much of each package its tests reach, and fails where that is less than it was when it was
 * recorded.
 */
function checkCoverage() {
  const floors = readFloors();
  console.log("\nStatements that the tests reach:");
  for (const folder of packagesWith("test")) {
    const percent = coverageOf(folder);
    const floor = floors[folder];
    if (percent === undefined && floor === undefined) continue;
    console.log(
      `  ${String(percent ?? "?").padStart(5)} %  ${folder}${floor === undefined ? "" : ` (at least ${floor})`}`,
    );
    if (floor === undefined) continue;
    if (percent !== undefined && percent >= floor) passed += 1;
    else
      failures.push({
        name: `coverage: ${folder}: ${percent ?? "no"} % of its statements, and ${floor} are recorded`,
      });
  }
}

async function inTurn(...steps) {
  for (const each of steps) await each();
}

/** The folders of the packages that have a script. */
function packagesWith(script) {
  return packageFolders().filter((folder) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return scripts[script] !== undefined;
  });
}

function packageFolders() {
  return ["packages", "apps", "tooling"]
    .flatMap((group) => readdirSync(group).map((name) => join(group, name)))
    .filter((folder) => existsSync(join(folder, "package.json")));
}

/** Only those of the step that begins: another may be running. */
function removeResults(file) {
  for (const folder of packageFolders()) rmSync(join(folder, "test-results", file), { force: true });
}

function elapsedMinutes() {
  return (Date.now() - startedAt) / 60_000;
}
