import Table from "cli-table3";
import { createColors } from "picocolors";

/** Where the demo shows what happens: in colours on a terminal, plain anywhere else. */
export interface Screen {
  readonly colors: ReturnType<typeof createColors>;
  title(text: string, subtitle: string): void;
  heading(text: string): void;
  line(text?: string): void;
  /** The first column stands to the left, the others to the right. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
}

const indent = "   ";

export function createScreen(stream: NodeJS.WriteStream): Screen {
  const colors = createColors(stream.isTTY === true);
  let headings = 0;
  const line = (text = "") => {
    stream.write(text === "" ? "\n" : `${indent}${text.replace(/\n(?=.)/g, `\n${indent}`)}\n`);
  };
  return {
    colors,
    line,
    title: (text, subtitle) => {
      stream.write(`\n${colors.bold(colors.cyan(text))}\n${colors.dim(subtitle)}\n`);
    },
    heading: (text) => {
      headings += 1;
      stream.write(`\n${colors.bold(`${headings}. ${text}`)}\n`);
    },
    table: (head, rows) => {
      const table = new Table({
        head: head.map((text) => colors.bold(text)),
        colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
        style: { head: [], border: [], compact: true },
      });
      table.push(...rows.map((row) => [...row]));
      line(table.toString());
    },
  };
}

/** `4.2 ms` */
export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en-US")} ms`;
}

/** Half of the values, 95 of a hundred and all of them are at most so large: three cells of a table. */
export function latencyCells(valuesMs: readonly number[]): readonly string[] {
  const sorted = [...valuesMs].sort((a, b) => a - b);
  return [0.5, 0.95, 1].map((share) => {
    const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
    return value === undefined ? "-" : milliseconds(value);
  });
}
