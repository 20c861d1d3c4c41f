import { type RunTypeScriptOptions, runTypeScript } from "../run-typescript.ts";
import type { Snippet } from "./read-snippets.ts";

/** What became of a snippet that was run. */
export interface SnippetRun {
  readonly name: string;
  /** The lines that it printed. */
  readonly printed: readonly string[];
  /** What it wrote to standard error, the error included that ended it; empty when all is well. */
  readonly complaints: string;
}

/** What stands between the outputs of two snippets. */
const divider = "\u0000 next snippet \u0000\n";

/**
 * Runs every snippet as a module of its own, one after the other, in one Node process that must end by
 * itself. They share its memory, and nothing else: none sees the other's names.
 */
export async function runSnippets(
  snippets: readonly Snippet[],
  options: Omit<RunTypeScriptOptions, "files">,
): Promise<readonly SnippetRun[]> {
  const files = Object.fromEntries(snippets.map(({ code }, index) => [`snippet-${index}.ts`, code]));
  const program = `
    for (const file of ${JSON.stringify(Object.keys(files))}) {
      process.stdout.write(${JSON.stringify(divider)});
      process.stderr.write(${JSON.stringify(divider)});
      await import("./" + file).catch((error) => console.error(error));
    }
  `;
  const { exitCode, stdout, stderr } = await runTypeScript(program, { ...options, files });
  if (exitCode !== 0) throw new Error(`The snippets' process failed with exit code ${exitCode}\n${stderr}`);
  const [outputs, complaints] = [stdout, stderr].map((text) => text.split(divider).slice(1));
  return snippets.map(({ name }, index) => ({
    name,
    printed: lines(outputs?.[index] ?? ""),
    complaints: complaints?.[index] ?? "",
  }));
}

function lines(output: string): readonly string[] {
  return output === "" ? [] : output.trimEnd().split("\n");
}
