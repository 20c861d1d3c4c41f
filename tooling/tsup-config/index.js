import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative } from "node:path";
import { defineConfig } from "tsup";

// The entries are the package's own `exports`: what is built and what is published cannot differ.
const { exports = {}, bin = {}, publishConfig = {} } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = Object.values(exports)
  .map((entry) => entry["@wirekit/source"])
  .filter((source) => source !== undefined);
const commands = Object.values(publishConfig.bin ?? bin).map((file) =>
  file.replace("dist/", "src/").replace(/\.js$/, ".ts"),
);

// Here, before any build starts, and not by tsup's `clean`: its builds run side by side, and one that starts
// late would remove what another has written.
rmSync("dist", { recursive: true, force: true });

const shared = {
  outDir: "dist",
  sourcemap: true,
  target: "node20",
  // Without splitting, two CommonJS entries of one package would carry two copies of each class.
  splitting: true,
  // `src` is shipped, so the maps need not carry it a second time.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
    options.outbase = "src";
  },
};

// For the lines that splitting itself adds to a CommonJS file, tsup names that file as their source, by the path it has on
// this machine.
const relativeSources = {
  name: "relative-sources",
  buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles.filter((file) => file.name.endsWith(".map"))) {
      const map = JSON.parse(readFileSync(name, "utf8"));
      map.sources = map.sources.map((source) =>
        isAbsolute(source) ? relative(dirname(name), source) : source,
      );
      writeFileSync(name, JSON.stringify(map));
    }
  },
};

export default defineConfig([
  // A command is run, not imported: it has no CommonJS form, and shares the chunks of the ESM entries.
  { ...shared, entry: [...sources, ...commands], format: "esm" },
  { ...shared, entry: sources, format: "cjs", plugins: [relativeSources] },
  {
    outDir: "dist",
    entry: sources,
    format: ["esm", "cjs"],
    dts: {
      only: true,
      compilerOptions: { ignoreDeprecations: "6.0" },
      // `Symbol.asyncDispose` in a declaration is an error for users whose `lib` is ES2022, unless it is asked for.
      banner: '/// <reference lib="esnext.disposable" />',
    },
  },
]);
