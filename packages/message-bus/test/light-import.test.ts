import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import ts from "typescript";

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));

it("loads nothing but core when it is imported: no driver, no Node module, nothing for tests", () => {
  expect([...loadedBy(entry)].sort()).toEqual([
    "@wirekit/core",
    "@wirekit/core/aws",
    "@wirekit/core/http",
    "@wirekit/core/inbound",
    "@wirekit/core/kit",
    "@wirekit/core/outbound",
    "@wirekit/core/sqs",
    "@wirekit/core/tracing",
  ]);
});

/** Every module outside the package that loading `file` loads, by static imports of values. */
function loadedBy(file: string, seen = new Set<string>(), modules = new Set<string>()): Set<string> {
  if (seen.has(file)) return modules;
  seen.add(file);
  for (const specifier of importsOf(file)) {
    if (specifier.startsWith(".")) loadedBy(resolve(dirname(file), specifier), seen, modules);
    else modules.add(specifier);
  }
  return modules;
}

function importsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ESNext);
  return source.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly;
    const isExport = ts.isExportDeclaration(statement) && !statement.isTypeOnly;
    if (!isImport && !isExport) return [];
    const { moduleSpecifier } = statement;
    return moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier) ? [moduleSpecifier.text] : [];
  });
}
