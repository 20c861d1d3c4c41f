import { moduleOwner } from "./module-owner.ts";

/** One error of the compiler, and where it is. */
export interface Diagnostic {
  /** Absent for an error of the compiler's options. */
  readonly file?: string;
  readonly text: string;
}

export interface SortedDiagnostics {
  /** In our declarations, in the consumer's program, or nowhere in particular: these fail. */
  readonly ours: readonly string[];
  /** In a dependency's own declarations: these are listed, as a user would see them too. */
  readonly theirs: readonly string[];
}

const located = /^(.+?)\(\d+,\d+\): error TS\d+: /;
const unlocated = /^error TS\d+: /;

/** Reads what `tsc --pretty false` printed. Indented lines explain the error above them. */
export function parseDiagnostics(output: string): readonly Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const line of output.split("\n")) {
    const file = located.exec(line)?.[1];
    if (file !== undefined) diagnostics.push({ file, text: line });
    else if (unlocated.test(line)) diagnostics.push({ text: line });
  }
  return diagnostics;
}

/** Tells the errors that are ours to mend from those in what our dependencies ship. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): SortedDiagnostics {
  const isTheirs = ({ file }: Diagnostic) => {
    const owner = file === undefined ? undefined : moduleOwner(`/${file}`);
    return owner !== undefined && !owner.startsWith("@wirekit/");
  };
  return {
    ours: diagnostics.filter((diagnostic) => !isTheirs(diagnostic)).map(({ text }) => text),
    theirs: diagnostics.filter(isTheirs).map(({ text }) => text),
  };
}
