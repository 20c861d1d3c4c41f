// Runs one program against the installed packages, as ESM or as CommonJS. A program is written once:
// `load` gives it the packages in the format under test, `loadOther` in the other one.
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [format, file] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const esm = (specifier) => import(specifier);
const cjs = async (specifier) => require(specifier);

const { default: program } = await import(pathToFileURL(resolve(file)).href);
const [load, loadOther] = format === "cjs" ? [cjs, esm] : [esm, cjs];
await program({ load, loadOther });
