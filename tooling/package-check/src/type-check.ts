import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Remarks } from "./checks.ts";
import { parseDiagnostics, sortDiagnostics } from "./diagnostics.ts";
import { runCommand } from "./run-command.ts";

const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** One way in which a user may compile against our declarations. */
export interface CompilerSetting {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly include: readonly string[];
}

// No `lib` in any of them: a user who sets none gets that of the target.
const strict = { target: "ES2022", strict: true, skipLibCheck: false, noEmit: true };
const nodeNext = { ...strict, module: "NodeNext", moduleResolution: "NodeNext" };
const bundler = { ...strict, module: "ESNext", moduleResolution: "Bundler" };
const bothFormats = ["types/**/*.mts", "types/**/*.cts"];
const esmOnly = ["types/**/*.mts"];

/** Before `@types/node` is installed: a program for the browser, say, must compile without it. */
export const settingsWithoutNode: readonly CompilerSetting[] = [
  {
    name: "NodeNext, no @types/node, exactOptionalPropertyTypes",
    options: { ...nodeNext, types: [], exactOptionalPropertyTypes: true },
    include: bothFormats,
  },
  { name: "Bundler, no @types/node", options: { ...bundler, types: [] }, include: esmOnly },
];

export const settingsWithNode: readonly CompilerSetting[] = [
  {
    name: "NodeNext, exactOptionalPropertyTypes",
    options: { ...nodeNext, types: ["node"], exactOptionalPropertyTypes: true },
    include: bothFormats,
  },
  { name: "NodeNext", options: { ...nodeNext, types: ["node"] }, include: bothFormats },
  {
    name: "Bundler, exactOptionalPropertyTypes",
    options: { ...bundler, types: ["node"], exactOptionalPropertyTypes: true },
    include: esmOnly,
  },
];

/**
 * Compiles the consumer's typed programs. Errors in a dependency's own declarations are listed, not failed.
 */
export async function checkTypes(consumer: string, setting: CompilerSetting): Promise<Remarks> {
  const configuration = { compilerOptions: setting.options, include: setting.include };
  await writeFile(join(consumer, "tsconfig.json"), JSON.stringify(configuration));
  const { status, stdout, stderr } = await runCommand(
    process.execPath,
    [compiler, "-p", "tsconfig.json", "--pretty", "false"],
    { cwd: consumer },
  );
  const diagnostics = parseDiagnostics(stdout);
  if (status !== 0 && diagnostics.length === 0) throw new Error(`tsc failed\n${stderr}${stdout}`);
  const { ours, theirs } = sortDiagnostics(diagnostics);
  if (ours.length > 0) throw new Error(ours.join("\n"));
  return theirs.map((text) => `in a dependency: ${text}`);
}
