// A class that several entries of a package lead to, as an export or as the parent of one, must be one class: a second
// copy would make `instanceof` false between them. Packages may have classes of one name, but they share their base.
import { createRequire } from "node:module";

const [format, ...entries] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const builtin = new Set(Object.getOwnPropertyNames(globalThis).map((name) => globalThis[name]));

const base = "WirekitError";
const classes = new Map();
const duplicates = [];

for (const entry of entries) {
  const loaded = format === "cjs" ? require(entry) : await import(entry);
  for (const exported of Object.values(loaded)) {
    for (const ancestor of ancestry(exported)) {
      const key = ancestor.name === base ? base : `${packageOf(entry)} ${ancestor.name}`;
      const known = classes.get(key);
      if (known === undefined) classes.set(key, { copy: ancestor, entry });
      else if (known.copy !== ancestor) duplicates.push(`${ancestor.name}: ${known.entry} and ${entry}`);
    }
  }
}

if (duplicates.length > 0) {
  console.error(`more than one copy of\n${[...new Set(duplicates)].join("\n")}`);
  process.exit(1);
}
console.log(`${classes.size} classes`);

function packageOf(entry) {
  return entry.split("/", 2).join("/");
}

function ancestry(value) {
  const found = [];
  for (
    let current = value;
    isClass(current) && !builtin.has(current);
    current = Object.getPrototypeOf(current)
  )
    found.push(current);
  return found;
}

function isClass(value) {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}
