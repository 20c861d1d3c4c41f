// Prints how long loading one entry takes, in milliseconds.
import { createRequire } from "node:module";

const [format, entry] = process.argv.slice(2);
const require = createRequire(import.meta.url);

const startedAt = performance.now();
if (format === "cjs") require(entry);
else await import(entry);
console.log(performance.now() - startedAt);
