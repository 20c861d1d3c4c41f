// Runs every step, also after one has failed, adds up what they counted, and says so in the last line.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { endOf, excerptOf } from "./excerpt.mjs";

const pnpm = "npx -y pnpm@10.34.9";
/** It is to take less than 45 cold; a machine that is slower than usual is no reason to fail. */
const limitMinutes = 70;
/** A second run of the tests, in another order, is made when the rest left enough time for it. */
const randomizeBeforeMinutes = 22;

/** Long enough for several faults of every kind of workload. */
const soakMinutes = 2;

/** Of so many failures the end says why; of the others only their names. */
const explainedFailures = 10;
/** What is kept of the output of a step, in characters. */
const keptOutput = 50_000;
/** How long the output of a step may stay open after its end, in the hands of something that it has left behind. */
const outputGraceMs = 5_000;

const startedAt = Date.now();
const failures = [];
let passed = 0;

await countedStep("test", `${pnpm} test`, { script: "test", file: "counts.json" });
await step("lint", `${pnpm} lint`);
await step("typecheck", `${pnpm} typecheck`);
await step("build", `${pnpm} build`);
await step("publint and attw", `${pnpm} exec turbo run package-check --continue`);
// Forced: what npm resolves for a user today is not among the inputs that a cache could know.
await countedStep("consumer", `${pnpm} exec turbo run consumer --force`, {
  script: "consumer",
  file: "consumer-counts.json",
});
await step("demo", `${pnpm} demo`);
if (packagesWith("test:interop").length > 0)
  await countedStep("interop", `${pnpm} test:interop`, {
    script: "test:interop",
    file: "counts-interop.json",
  });
await step("soak", `${pnpm} soak --minutes ${soakMinutes}`);
if (elapsedMinutes() < randomizeBeforeMinutes)
  await step("test in random order", `${pnpm} test --force -- --randomize`);
else console.log("\nThe tests were not run again in random order: the first run took too long.");

console.log(`\nAfter ${elapsedMinutes().toFixed(1)} minutes:`);
for (const { name } of failures) console.log(`FAILED ${name}`);
for (const { name, why = [] } of failures.slice(0, explainedFailures))
  if (why.length > 0) console.log(`\n${[name, ...why.map((line) => `    ${line}`)].join("\n")}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** A step that is one check: it passes or fails as a whole. */
async function step(name, command) {
  const { fault, output } = await run(name, command);
  if (fault === undefined) passed += 1;
  else failures.push({ name: `${name}: ${fault}`, why: endOf(output) });
}

/**
 * A step whose packages leave counts. A skipped test is a failure here, and so is a package that left none: it
 * crashed. So is a step that failed although all that it counted passed.
 */
async function countedStep(name, command, { script, file }) {
  removeResults();
  const { fault, output } = await run(name, command);
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

/** Runs a command in a process group of its own, and shows its output; resolves with the end of it, and with what went wrong, or nothing. */
function run(name, command) {
  const remainingMs = limitMinutes * 60_000 - (Date.now() - startedAt);
  if (remainingMs <= 0) return Promise.resolve({ fault: "not run, the time was used up", output: "" });
  console.log(`\n=== ${name}: ${command}`);
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    for (const [stream, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ])
      stream.setEncoding("utf8").on("data", (text) => {
        to.write(text);
        output = (output + text).slice(-keptOutput);
      });
    let expired = false;
    const timer = setTimeout(() => {
      expired = true;
      process.kill(-child.pid, "SIGKILL");
    }, remainingMs);
    let grace;
    child.on("error", (error) => resolve({ fault: error.message, output }));
    child.on("exit", () => {
      clearTimeout(timer);
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

function removeResults() {
  for (const folder of packageFolders())
    rmSync(join(folder, "test-results"), { recursive: true, force: true });
}

function elapsedMinutes() {
  return (Date.now() - startedAt) / 60_000;
}
