import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultsOfRows } from "./results-of-rows.mjs";
import { rowsTable } from "./rows-table.mjs";

/** Prints the table of all rows at the end of a run, and leaves it as `test-results/interop-rows.json`. */
export default class RowsReporter {
  /** @param {{ rootDir: string }} globalConfig */
  constructor({ rootDir }) {
    this.directory = join(rootDir, "test-results");
    this.journal = join(this.directory, "rows.jsonl");
    /** @type {Error | undefined} */
    this.error = undefined;
  }

  onRunStart() {
    rmSync(this.journal, { force: true });
  }

  /**
   * @param {unknown} _contexts
   * @param {{ testResults: readonly { testResults: readonly { fullName: string, status: string }[] }[] }}
   * results
   */
  onRunComplete(_contexts, { testResults }) {
    const tests = testResults.flatMap((file) => file.testResults);
    const statuses = new Map(tests.map(({ fullName, status }) => [fullName, status]));
    const rows = resultsOfRows(this.readNotes(), statuses);
    mkdirSync(this.directory, { recursive: true });
    writeFileSync(join(this.directory, "interop-rows.json"), `${JSON.stringify({ rows }, undefined, 2)}\n`);
    if (rows.length > 0) process.stdout.write(`\n${rowsTable(rows)}`);
    const left = rows.filter(({ result }) => result === "not-run");
    // Jest fails the run for it, and says nothing.
    if (isCi() && left.length > 0)
      this.error = new Error(`${left.length} rows of the interop table were not run`);
  }

  /** What Jest asks for at the end; an error fails the run. */
  getLastError() {
    return this.error;
  }

  readNotes() {
    if (!existsSync(this.journal)) return [];
    const lines = readFileSync(this.journal, "utf8").split("\n");
    return lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  }
}

function isCi() {
  const { CI } = process.env;
  return CI !== undefined && !["", "false", "0"].includes(CI);
}
