import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { Remarks } from "./checks.ts";
import type { Format } from "./entry-loading.ts";
import { outputOf } from "./run-command.ts";

/** What a program is bundled for, and how long it may run. */
export interface BundleOptions {
  /** Relative to the consumer's folder. */
  readonly file: string;
  readonly format: Format;
  readonly timeoutMs: number;
}

/**
 * A bundle in ESM has no `require`, and what is CommonJS among our dependencies asks for one. esbuild's users
 * add it like this.
 */
const requireInEsm =
  'import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);';

/**
 * Makes one file of a program, the installed packages that it loads and all that these need, and runs it. No
 * optional peer is installed: that must keep no one from making a bundle.
 */
export async function checkBundled(
  consumer: string,
  { file, format, timeoutMs }: BundleOptions,
): Promise<Remarks> {
  const stem = file.replaceAll(/[/\\]/g, "-").replace(/\.mjs$/, "");
  const extension = format === "esm" ? "mjs" : "cjs";
  const entry = `bundle-${stem}.${extension}`;
  const outfile = `bundled-${stem}.${extension}`;
  await writeFile(
    join(consumer, entry),
    entryFor(file, await readFile(join(consumer, file), "utf8"), format),
  );
  const { warnings } = await build({
    absWorkingDir: consumer,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format,
    logLevel: "silent",
    ...(format === "esm" && { banner: { js: requireInEsm } }),
  });
  const printed = await outputOf(process.execPath, [outfile], { cwd: consumer, timeoutMs });
  return [...warnings.map(({ text }) => text), printed];
}

/** A file that hands the program what it loads, all of it named where a bundler sees it. */
function entryFor(file: string, program: string, format: Format): string {
  const namesAfter = (call: RegExp) => new Set([...program.matchAll(call)].map(([, name]) => `"${name}"`));
  const names = [...namesAfter(/\bload\("([^"]+)"\)/g)];
  const otherNames = [...namesAfter(/\bloadOther\("([^"]+)"\)/g)];
  const bind = (to: string, name: string) =>
    format === "esm" ? `import * as ${to} from ${name};` : `const ${to} = require(${name});`;
  const inOther = (name: string) => (format === "esm" ? `require(${name})` : `import(${name})`);
  return [
    ...names.map((name, index) => bind(`module${index}`, name)),
    bind("program", `"./${file}"`),
    `const modules = { ${names.map((name, index) => `${name}: module${index}`).join(", ")} };`,
    `const others = { ${otherNames.map((name) => `${name}: () => ${inOther(name)}`).join(", ")} };`,
    "const load = async (name) => modules[name];",
    "const loadOther = async (name) => others[name]();",
    "program.default({ load, loadOther });",
    "",
  ].join("\n");
}
