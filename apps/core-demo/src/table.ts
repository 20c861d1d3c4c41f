import Table from "cli-table3";
import pc from "picocolors";

/** Where a scene writes. */
export type Print = (text: string) => void;

/** A table of plain values below its headings. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const made = new Table({ head: headings.map(pc.cyan), style: { head: [], border: [], compact: true } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

/** Whole milliseconds, for people. */
export function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
