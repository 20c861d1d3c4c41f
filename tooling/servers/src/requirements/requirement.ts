import { type MissingRequirement, MissingRequirementError } from "../errors/missing-requirement-error.ts";

/** Something that a machine must have, which is not installed by this package. */
export interface Requirement extends MissingRequirement {
  /** Whether the machine has it. `env` is the environment that commands are looked up in. */
  isMet(env: NodeJS.ProcessEnv): Promise<boolean>;
}

/** Those of `requirements` that the machine lacks, each once. */
export async function missingOf(
  requirements: readonly Requirement[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly Requirement[]> {
  const distinct = [...new Set(requirements)];
  const met = await Promise.all(distinct.map((requirement) => requirement.isMet(env)));
  return distinct.filter((_, index) => !met[index]);
}

/**
 * @param wantedBy the program that needs them.
 * @throws MissingRequirementError naming everything that the machine lacks.
 */
export async function demand(
  wantedBy: string,
  requirements: readonly Requirement[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const missing = await missingOf(requirements, env);
  if (missing.length > 0) throw new MissingRequirementError(wantedBy, missing);
}
