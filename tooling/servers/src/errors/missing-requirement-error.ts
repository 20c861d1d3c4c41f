import { hasMark, WirekitError } from "@wirekit/core";

const mark = Symbol.for("@wirekit/servers/MissingRequirementError");

/** Something that this machine lacks, and how it gets it. */
export interface MissingRequirement {
  /** `Java 17 or later`. */
  readonly name: string;
  /** The command that installs it on Debian and Ubuntu. */
  readonly installWith: string;
}

/** A program cannot be installed or run here, because the machine lacks what it needs. Names all that is missing. */
export class MissingRequirementError extends WirekitError<"servers/missing-requirement"> {
  override readonly name: string = "MissingRequirementError";
  readonly [mark] = true;

  readonly requirements: readonly MissingRequirement[];

  /** @param wantedBy the program that needs them: `kafka`. */
  constructor(wantedBy: string, requirements: readonly MissingRequirement[]) {
    super(`${wantedBy} needs ${describe(requirements)}`, {
      code: "servers/missing-requirement",
      details: { wantedBy, missing: requirements.map(({ name }) => name) },
    });
    this.requirements = requirements.map(({ name, installWith }) => ({ name, installWith }));
  }

  /** Whether `value` says that a requirement is missing, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is MissingRequirementError {
    return hasMark(value, mark);
  }
}

function describe(requirements: readonly MissingRequirement[]): string {
  return requirements
    .map(({ name, installWith }) => `${name} (install it with: ${installWith})`)
    .join(" and ");
}
