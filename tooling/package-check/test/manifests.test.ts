import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { publishablePackages } from "../src/publishable-packages.ts";

// What every published package says of itself in the same way. A new one that was copied from an old one
// stays right.

const root = join(import.meta.dirname, "../../..");
const packages = await publishablePackages(root);

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

describe.each(packages)("the manifest of $name", ({ folder, folderName, name }) => {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

  it("has the fields that all have in common", () => {
    expect(manifest).toMatchObject({
      name: `@wirekit/${folderName}`,
      description: expect.any(String),
      license: "MIT",
      repository: { type: "git", directory: `packages/${folderName}` },
      type: "module",
      sideEffects: false,
      engines: { node: ">=20.19" },
      files: expect.arrayContaining(["dist", "src", "!src/**/*.test.ts"]),
      publishConfig: { access: "public", provenance: true },
    });
  });

  it("is built, tested and checked by the same commands", () => {
    expect(manifest).toMatchObject({
      scripts: {
        build: "tsup",
        typecheck: "tsc",
        test: "wirekit-jest",
        "package-check": "publint --strict && attw --pack . --profile node16",
      },
    });
  });

  it("leads each entry to its source, and to what is built of it in both formats", () => {
    const { "./package.json": own, ...entries } = manifest.exports;
    expect(own).toBe("./package.json");
    for (const [subpath, target] of Object.entries(entries)) {
      if (typeof target === "string") continue;
      const built = subpath === "." ? "index" : `${subpath.slice(2)}/index`;
      // As text, because their order counts: Node and bundlers take the first condition that applies.
      expect(`${subpath} ${JSON.stringify(target)}`).toBe(`${subpath} ${JSON.stringify(entryOf(built))}`);
    }
  });

  it("links no command in the workspace, where nothing is built", () => {
    expect(manifest).not.toHaveProperty("bin");
  });

  it("takes core by a range, so that a program with two of our packages has one core", () => {
    const { dependencies = {}, peerDependencies = {} } = manifest;
    const core = { ...dependencies, ...peerDependencies }["@wirekit/core"];
    expect(core ?? "workspace:^").toBe("workspace:^");
    if (name !== "@wirekit/core") expect(core).toBeDefined();
  });
});

function entryOf(built: string): unknown {
  return {
    "@wirekit/source": `./src/${built}.ts`,
    import: { types: `./dist/${built}.d.ts`, default: `./dist/${built}.js` },
    require: { types: `./dist/${built}.d.cts`, default: `./dist/${built}.cjs` },
  };
}
