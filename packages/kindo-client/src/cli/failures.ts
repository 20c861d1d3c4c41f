import { WirekitError } from "@wirekit/core";
import { SendError } from "../errors.ts";

/** A line that was not delivered. */
export interface Failure {
  readonly line: number;
  /** A stable word: the error's code, `not-json`, `not-sent`. */
  readonly code: string;
  readonly reason: string;
}

const maxRows = 20;
const maxReasonLength = 100;

/** Failures, of which only the first are kept: there can be as many as lines. */
export class Failures {
  readonly #first: Failure[] = [];
  readonly #byCode = new Map<string, number>();
  count = 0;

  add(failure: Failure): void {
    this.count += 1;
    this.#byCode.set(failure.code, (this.#byCode.get(failure.code) ?? 0) + 1);
    if (this.#first.length < maxRows) this.#first.push(failure);
  }

  addError(line: number, thrown: unknown): void {
    const error = WirekitError.from(thrown);
    const status = error instanceof SendError ? ` ${error.status}` : "";
    const [reason = ""] = error.message.split("\n");
    this.add({ line, code: `${error.code}${status}`, reason });
  }

  /** The first failures as a table, and how many there are of each kind. */
  describe(): string {
    const rows = this.#first
      .sort((one, other) => one.line - other.line)
      .map(({ line, code, reason }) => [String(line), code, shortened(reason)]);
    const table = aligned([["line", "what", "why"], ...rows]);
    if (this.count <= maxRows) return table;
    const kinds = [...this.#byCode].map(([code, count]) => `${count} ${code}`).join(", ");
    return `${table}\n... and ${this.count - maxRows} more; in all ${kinds}`;
  }
}

function shortened(text: string): string {
  return text.length <= maxReasonLength ? text : `${text.slice(0, maxReasonLength - 3)}...`;
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
