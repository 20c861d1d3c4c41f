import { join } from "node:path";
import { demand } from "../requirements/requirement.ts";
import { python } from "../requirements/requirements.ts";
import { runCommand } from "../run-command.ts";
import type { Program } from "./program.ts";

/**
 * Where the interpreter of an environment is. It is moved after it was made, so its scripts are run as
 * `python -m`.
 */
export function pythonOf(directory: string): string {
  return join(directory, "bin", "python");
}

/** A change to what was installed. */
export interface Correction {
  readonly name: string;
  apply(directory: string): Promise<void>;
}

/**
 * A Python environment with these packages: `["moto==5.2.5", "flask==3.1.3"]`.
 *
 * @throws MissingRequirementError without Python: which environment it is depends on the interpreter.
 */
export async function pythonProgram(
  name: string,
  packages: readonly string[],
  correction?: Correction,
): Promise<Program> {
  await demand(name, [python]);
  return {
    name,
    wanted: {
      packages: [...packages].sort().join(" "),
      python: await interpreter(),
      correction: correction?.name ?? "none",
    },
    toInstall: [python],
    toRun: [],
    install: async (place) => {
      const { directory, logPath, signal } = place;
      await runCommand("python3", ["-m", "venv", directory], { logPath, signal });
      const pip = (...args: readonly string[]) =>
        runCommand(pythonOf(directory), ["-m", "pip", "--disable-pip-version-check", "--no-input", ...args], {
          logPath,
          signal,
        });
      await pip("install", "--quiet", ...packages);
      await correction?.apply(place.directory);
      return versionsIn((await pip("list", "--format=json")).stdout);
    },
  };
}

/** The environment links to the interpreter, so it is bound to this one and its version. */
async function interpreter(): Promise<string> {
  const { stdout } = await runCommand("python3", ["-c", "import sys; print(sys.version, sys.base_prefix)"]);
  return stdout.trim();
}

function versionsIn(list: string): Readonly<Record<string, string>> {
  const packages = JSON.parse(list) as readonly { readonly name: string; readonly version: string }[];
  return Object.fromEntries(packages.map(({ name, version }) => [name.toLowerCase(), version]));
}
