import Table from "cli-table3";
import { createColors } from "picocolors";
import { movingBar, type Progress, plainLines } from "./progress.ts";

/** Where a demo shows what happens: in colours on a terminal, plain anywhere else. */
export interface Screen {
  readonly colors: ReturnType<typeof createColors>;
  title(text: string, subtitle: string): void;
  /** Headings are numbered. */
  heading(text: string): void;
  line(text?: string): void;
  /** The first column stands to the left, the others to the right. */
  table(head: readonly string[], rows: readonly (readonly string[])[], options?: TableOptions): void;
  /** Shows that `total` things are under way: by a bar that moves, or by a line at each quarter. */
  progress(total: number): Progress;
}

export interface TableOptions {
  /** `"sums"` puts a rule above the last row. Default: it is a row like the others. */
  readonly lastRow?: "sums" | undefined;
}

const indent = "   ";

export function createScreen(stream: NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY === true;
  const colors = createColors(isTerminal);
  let headings = 0;

  const line = (text = "") => {
    stream.write(text === "" ? "\n" : `${indent}${text.replace(/\n(?=.)/g, `\n${indent}`)}\n`);
  };
  return {
    colors,
    line,
    title(text, subtitle) {
      stream.write(`\n${colors.bold(colors.cyan(text))}\n${colors.dim(subtitle)}\n`);
    },
    heading(text) {
      headings += 1;
      stream.write(`\n${colors.bold(`${headings}. ${text}`)}\n`);
    },
    table(head, rows, { lastRow } = {}) {
      const table = new Table({
        head: head.map((text) => colors.bold(text)),
        colAligns: head.map((_, column) => (column === 0 ? "left" : "right")),
        // Its own colours, which it would use on a file as well.
        style: { head: [], border: [] },
      });
      table.push(...rows.map((row) => [...row]));
      line(withoutInnerRules(table.toString(), lastRow === "sums" ? 2 : 1));
    },
    progress: (total) =>
      isTerminal ? movingBar(stream, total, { colors, indent }) : plainLines(total, line),
  };
}

/** Keeps the rule below the head and, where `kept` is 2, the one above the last row. */
function withoutInnerRules(table: string, kept: 1 | 2): string {
  const lines = table.split("\n");
  const rules = lines.flatMap((line, index) => (line.startsWith("├") ? [index] : []));
  const inner = new Set(rules.slice(1, kept === 2 ? -1 : undefined));
  return lines.filter((_, index) => !inner.has(index)).join("\n");
}
