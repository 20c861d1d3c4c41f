import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve, sep } from "node:path";
import { defineConfig } from "tsup";

// The entries are the package's own `exports`: what is built and what is published cannot differ.
const { exports = {}, bin = {}, publishConfig = {} } = JSON.parse(readFileSync("package.json", "utf8"));
const sources = Object.values(exports)
  .map((entry) => entry["@wirekit/source"])
  .filter((source) => source !== undefined);
const commands = Object.values(publishConfig.bin ?? bin).map((file) =>
  file.replace("dist/", "src/").replace(/\.js$/, ".ts"),
);

// tsup leaves an entry out that is not there, and calls the build a success.
for (const file of [...sources, ...commands])
  if (!existsSync(file)) throw new Error(`${file} is named in package.json, and is not there`);

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

// A CommonJS file passes through one more step, which may name it in the map by its path on this machine.
// What such steps add to a file has no source in the package: the file itself is named as its source.
const publishableSourceMaps = {
  name: "publishable-source-maps",
  buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles.filter((file) => file.name.endsWith(".map"))) {
      const file = basename(name, ".map");
      const map = JSON.parse(readFileSync(name, "utf8"));
      const sources = map.sources.map((path) => (isOwn(resolve(dirname(name), path)) ? path : file));
      writeFileSync(name, JSON.stringify({ ...map, file, sources }));
    }
  },
};

function isOwn(path) {
  return path.startsWith(resolve("src") + sep);
}

export default defineConfig([
  // A command is run, not imported: it has no CommonJS form, and shares the chunks of the ESM entries.
  { ...shared, entry: [...sources, ...commands], format: "esm" },
  {
    ...shared,
    entry: sources,
    format: "cjs",
    // `import.meta.url` has a meaning in CommonJS too.
    shims: true,
    // Makes CommonJS of the split files by rollup. The other way, sucrase, rewrites classes and `?.` into
    // something older.
    treeshake: true,
    plugins: [publishableSourceMaps],
  },
  {
    outDir: "dist",
    entry: sources,
    format: ["esm", "cjs"],
    dts: {
      only: true,
      compilerOptions: { ignoreDeprecations: "6.0" },
      // `Symbol.asyncDispose` in a declaration is an error for users whose `lib` is ES2022, unless it is
      // asked for.
      banner: '/// <reference lib="esnext.disposable" />',
    },
  },
]);
