import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";

const source = resolve(dirname(fileURLToPath(import.meta.url)), "../src");

/**
 * Everything from outside that importing a file loads at once: followed through static imports, those of
 * types left out.
 */
function loadedFromOutside(entry: string): string[] {
  const outside = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const imports = /^(?:import|export)\s+(?!type\b)(?:[^;"']*?\sfrom\s+)?"([^"]+)"/gm;
    for (const [, specifier = ""] of readFileSync(file, "utf8").matchAll(imports)) {
      if (specifier.startsWith(".")) visit(resolve(dirname(file), specifier));
      else outside.add(specifier);
    }
  };
  visit(resolve(source, entry));
  expect(seen.size).toBeGreaterThan(1);
  return [...outside].sort();
}

it.each([
  ["outbound/index.ts", []],
  ["inbound/index.ts", []],
  ["redis/index.ts", []],
  ["node/index.ts", ["node:os", "node:process"]],
])("importing %s loads nothing from outside but %j", (entry, expected) => {
  expect(loadedFromOutside(entry)).toEqual(expected);
});
