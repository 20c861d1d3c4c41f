import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { exportedNames, exportsTable } from "@wirekit/package-check/exports";
import { type PackageNames, packageNames } from "./package-names.ts";

const templates = join(import.meta.dirname, "../template");
const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

/** What `pnpm new-package` is given. */
export interface NewPackage {
  readonly name: string;
  /** One sentence, for `package.json`, the README and the list of packages. */
  readonly description: string;
}

/**
 * Lays out a package in the workspace at `root`, and returns the files that it wrote.
 *
 * @throws Error when the name is taken or cannot be used; nothing is written then.
 */
export async function layOut(root: string, { name, description }: NewPackage): Promise<readonly string[]> {
  const names = packageNames(name);
  const folder = join(root, "packages", name);
  if (existsSync(folder)) throw new Error(`packages/${name} is there already`);
  const files = filesBelow(templates).map((template) => {
    const file = filled(template.replace(/\.tmpl$/, ""), names, description);
    write(join(root, file), filled(readFileSync(join(templates, template), "utf8"), names, description));
    return file;
  });
  format(root, name);
  const table = join("tooling/package-check/exports", `${name}.txt`);
  write(join(root, table), exportsTable(await exportedNames({ name: `@wirekit/${name}`, folder })));
  list(join(root, "README.md"), names, description);
  return [...files, table, "README.md"];
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

function filled(text: string, { kebab, pascal, snake }: PackageNames, description: string): string {
  return text
    .replaceAll("__kebab__", kebab)
    .replaceAll("__Pascal__", pascal)
    .replaceAll("__SNAKE__", snake)
    .replaceAll("__description__", description);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The length of a name decides where lines break and how imports are sorted. */
function format(root: string, name: string): void {
  const folders = [`packages/${name}`, `apps/${name}-demo`, `tooling/package-check/programs/${name}`];
  execFileSync(
    process.execPath,
    [biome, "check", "--config-path=tooling/biome/config.json", "--write", "--log-level=error", ...folders],
    { cwd: root, stdio: "pipe" },
  );
}

/** Adds a row to the table of packages in the README of the workspace, as its last. */
function list(readme: string, { kebab }: PackageNames, description: string): void {
  const lines = readFileSync(readme, "utf8").split("\n");
  const last = lines.findLastIndex((line) => line.startsWith("| [`@wirekit/"));
  if (last === -1) throw new Error(`${readme} has no table of packages`);
  lines.splice(last + 1, 0, `| [\`@wirekit/${kebab}\`](packages/${kebab}) | ${description} |`);
  writeFileSync(readme, lines.join("\n"));
}
