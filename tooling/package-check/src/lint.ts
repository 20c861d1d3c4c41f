import { join } from "node:path";
import { changesetFaults } from "./changesets.ts";
import { wideComments } from "./comment-width.ts";

// A step of `pnpm lint`: what the linters cannot see.
const root = join(import.meta.dirname, "../../..");
const faults = [...(await changesetFaults(root)), ...(await wideComments(root))];
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
