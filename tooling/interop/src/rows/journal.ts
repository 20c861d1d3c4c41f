import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { RowNote } from "./row.ts";

/** Where test files leave what the reporter, which runs outside of them, puts together at the end. */
const path = fileURLToPath(new URL("../../test-results/rows.jsonl", import.meta.url));

/** Written at once: a row must be known also when its process dies in the middle of it. */
export function note(entry: RowNote): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}
