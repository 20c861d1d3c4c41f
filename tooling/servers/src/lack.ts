import { MissingRequirementError } from "./errors/missing-requirement-error.ts";
import { isInstalled } from "./install/installation.ts";
import { missingOf, type Requirement } from "./requirements/requirement.ts";
import { java, maven, python } from "./requirements/requirements.ts";
import { type ServerName, servers } from "./servers.ts";

/** What a group of tests runs on: servers, and programs that drive clients. */
export type Need = ServerName | "python" | "java";

/** Why a group with these needs cannot run on this machine; `undefined` where it can. */
export async function lackOf(
  needs: readonly Need[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<MissingRequirementError | undefined> {
  const missing: Requirement[] = [];
  for (const need of needs) missing.push(...(await missingOf(await requirementsOf(need), env)));
  return missing.length === 0
    ? undefined
    : new MissingRequirementError(needs.join(" with "), [...new Set(missing)]);
}

/** What is installed already needs no more than it takes to run it. */
async function requirementsOf(need: Need): Promise<readonly Requirement[]> {
  if (need === "python") return [python];
  if (need === "java") return [java, maven];
  try {
    const program = await servers[need].program();
    return (await isInstalled(program)) ? program.toRun : [...program.toInstall, ...program.toRun];
  } catch (error) {
    // Which environment it is cannot even be said without the interpreter.
    if (error instanceof MissingRequirementError) return [python];
    throw error;
  }
}

/** Says on standard error, not to be overlooked, that something does not run, and why. */
export function sayNotRun(title: string, why: string): void {
  process.stderr.write(`\n${"!".repeat(80)}\nNOT RUN: ${title}\n${why}\n${"!".repeat(80)}\n\n`);
}

/** Whether this is a run in which everything has to run. */
export function isCi({ CI }: NodeJS.ProcessEnv = process.env): boolean {
  return CI !== undefined && CI !== "" && CI !== "false" && CI !== "0";
}
