// A class that several entries of a package export must be one class: a second copy would make `instanceof`
// false between them. And all errors of all packages have one base.
import { createRequire } from "node:module";

const [format, ...entries] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const base = "WirekitError";
const classes = new Map();
const duplicates = [];

for (const entry of entries) {
  const loaded = format === "cjs" ? require(entry) : await import(entry);
  for (const [name, exported] of Object.entries(loaded)) {
    if (!isClass(exported)) continue;
    note(`${packageOf(entry)} ${name}`, exported, entry);
    for (let current = exported; isClass(current); current = Object.getPrototypeOf(current))
      if (writtenName(current) === base) note(base, current, entry);
  }
}

if (duplicates.length > 0) {
  console.error(`more than one copy of\n${[...new Set(duplicates)].join("\n")}`);
  process.exit(1);
}
console.log(`${classes.size} classes`);

/** A bundler renames a class that speaks of itself, or of which it meets a second one: `_Name`, `Name2`. */
function writtenName({ name }) {
  return name.replace(/^_+|\d+$/g, "");
}

function packageOf(entry) {
  return entry.split("/", 2).join("/");
}

function note(name, copy, entry) {
  const known = classes.get(name);
  if (known === undefined) classes.set(name, { copy, entry });
  else if (known.copy !== copy) duplicates.push(`${name}: in ${known.entry} and in ${entry}`);
}

function isClass(value) {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}
