import { describe, it } from "@jest/globals";
import { isCi, lackOf, type Need, sayNotRun } from "./lack.ts";

/**
 * A group of tests that needs real servers. Where the machine lacks what they need, the group does not run,
 * which is said on standard error and in the group's name; with `CI=true` it fails instead.
 *
 * Await it at the top level of the test file: `await describeWith(["kafka"], "a broker", () => { ... })`.
 */
export async function describeWith(
  needs: readonly Need[],
  title: string,
  tests: () => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const lack = await lackOf(needs, env);
  if (lack === undefined) {
    describe(title, tests);
    return;
  }
  sayNotRun(title, lack.message);
  if (isCi(env))
    it(`${title} (in CI everything has to run)`, () => {
      throw lack;
    });
  else describe.skip(`${title} (${lack.message})`, tests);
}
