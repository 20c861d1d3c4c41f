import { readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import type { PublishablePackage } from "./publishable-packages.ts";

/** What one entry exports. */
export interface ExportedNames {
  /** What a user writes after `from`: `@wirekit/core/http`. */
  readonly entry: string;
  /** `ConfigError`, `type Issue`, sorted by name. */
  readonly names: readonly string[];
}

/** The names that each entry of a package exports, types included, as its `index.ts` lists them. */
export async function exportedNames({
  name,
  folder,
}: Pick<PublishablePackage, "name" | "folder">): Promise<readonly ExportedNames[]> {
  return Promise.all(
    (await entrySources(folder)).map(async ({ subpath, source }) => ({
      entry: `${name}${subpath.slice(1)}`,
      names: namesOf(source, await readFile(source, "utf8")),
    })),
  );
}

/** The table that is checked in, one for each package: a change of public names shows there in review. */
export function exportsTable(entries: readonly ExportedNames[]): string {
  return entries
    .map(({ entry, names }) => `${entry}: ${names.length}\n${names.map((name) => `  ${name}\n`).join("")}`)
    .join("\n");
}

async function entrySources(
  folder: string,
): Promise<readonly { readonly subpath: string; readonly source: string }[]> {
  const { exports } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly "@wirekit/source": string }>>;
  };
  return Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === "string" ? [] : [{ subpath, source: join(folder, target["@wirekit/source"]) }],
  );
}

/**
 * An entry holds named exports and nothing else: its own text says all of them, and nothing has to be
 * compiled.
 */
export function namesOf(source: string, text: string): readonly string[] {
  const { statements } = ts.createSourceFile(source, text, ts.ScriptTarget.ES2022);
  return statements
    .flatMap((statement) => {
      const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
      if (!ts.isExportDeclaration(statement) || clause === undefined || !ts.isNamedExports(clause))
        throw new Error(`${source} holds something other than named exports`);
      return clause.elements.map((element) => ({
        name: element.name.text,
        isType: statement.isTypeOnly || element.isTypeOnly,
      }));
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, isType }) => (isType ? `type ${name}` : name));
}
