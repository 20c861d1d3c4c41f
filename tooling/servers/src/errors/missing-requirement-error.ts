import { WirekitError } from "@wirekit/core";

/** Something that this machine lacks, and how it gets it. */
export interface MissingRequirement {
  /** `Java 17 or later`. */
  readonly name: string;
  /** The command that installs it on Debian and Ubuntu. */
  readonly installWith: string;
}

/**
 * A program cannot be installed or run here, because the machine lacks what it needs. Names all that is
 * missing.
 */
export class MissingRequirementError extends WirekitError<"servers/missing-requirement"> {
  static override readonly mark: string = "@wirekit/servers/MissingRequirementError";

  readonly requirements: readonly MissingRequirement[];

  /** @param wantedBy the program that needs them: `kafka`. */
  constructor(wantedBy: string, requirements: readonly MissingRequirement[]) {
    super(`${wantedBy} needs ${describe(requirements)}`, {
      code: "servers/missing-requirement",
      details: { wantedBy, missing: requirements.map(({ name }) => name) },
    });
    this.requirements = requirements.map(({ name, installWith }) => ({ name, installWith }));
  }
}

function describe(requirements: readonly MissingRequirement[]): string {
  return requirements
    .map(({ name, installWith }) => `${name} (install it with: ${installWith})`)
    .join(" and ");
}
