import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const sources = fileURLToPath(new URL("../src/", import.meta.url));

/** The modules that `file` imports when it is loaded, and those that they import, and so on. */
function staticGraph(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(file, "utf8");
  for (const [, clause = "", specifier = ""] of code.matchAll(
    /^(?:import|export)\s+(?:([^;"]*?)from\s+)?"([^"]+)";/gms,
  )) {
    if (/^type\s/.test(clause)) continue;
    if (specifier.startsWith(".")) staticGraph(join(file, "..", specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

describe("loading the entry", () => {
  const graph = [...staticGraph(join(sources, "index.ts"))];

  it("loads core and the package's own files, and nothing else", () => {
    const foreign = graph.filter((module) => !module.startsWith(sources)).sort();
    expect(foreign).toEqual(["@wirekit/core", "@wirekit/core/http", "@wirekit/core/tracing"]);
  });

  it("leaves what needs a library for the first use", () => {
    const own = graph
      .filter((module) => module.startsWith(sources))
      .map((module) => module.slice(sources.length));
    expect(own).toContain("kindo-client.ts");
    expect(own).not.toContain("signing/request-signer.ts");
    expect(own.filter((file) => file.startsWith("bin/") || file.startsWith("cli/"))).toEqual([]);
  });

  it("is seen by this test as the runtime sees it", () => {
    // A regular expression that misses an import would make this test pass for the wrong reason.
    const withLibraries = readdirSync(sources, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .filter((file) => [...staticGraph(join(sources, file))].includes("@smithy/signature-v4"));
    expect(withLibraries).toEqual([join("signing", "request-signer.ts")]);
  });
});
