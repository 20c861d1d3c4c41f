import { join } from "node:path";
import { changesetFaults } from "./changesets.ts";

// A step of `pnpm lint`.
const faults = await changesetFaults(join(import.meta.dirname, "../../.."));
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
