import { readFileSync } from "node:fs";
import { defineConfig } from "tsup";

// The entries are the package's own `exports`: what is built and what is published cannot differ.
const { exports = {}, bin = {} } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = Object.values(exports)
  .map((entry) => entry["@wirekit/source"])
  .filter((source) => source !== undefined);
const commands = Object.values(bin).map((file) => file.replace("dist/", "src/").replace(/\.js$/, ".ts"));

const shared = {
  sourcemap: true,
  target: "node20",
  // `src` is shipped, so the maps need not carry it a second time.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
};

export default defineConfig([
  {
    ...shared,
    entry: sources,
    format: ["esm", "cjs"],
    // Without splitting, two CommonJS entries of one package would carry two copies of each class.
    splitting: true,
    outDir: "dist",
    dts: {
      compilerOptions: { ignoreDeprecations: "6.0" },
      // `Symbol.asyncDispose` in a declaration is an error for users whose `lib` is ES2022, unless it is asked for.
      banner: '/// <reference lib="esnext.disposable" />',
    },
  },
  ...(commands.length > 0
    ? [{ ...shared, entry: commands, format: ["esm"], splitting: true, outDir: "dist/bin" }]
    : []),
]);
