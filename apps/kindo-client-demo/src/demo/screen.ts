import { SingleBar } from "cli-progress";
import Table from "cli-table3";
import { createColors } from "picocolors";

/** Where the demo shows what happens: colours and a moving bar on a terminal, plain lines anywhere else. */
export interface Screen {
  readonly colors: ReturnType<typeof createColors>;
  title(text: string, subtitle: string): void;
  heading(text: string): void;
  line(text?: string): void;
  table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): void;
  /** Shows that `total` things are under way. */
  progress(total: number): Progress;
}

export interface Cell {
  readonly text: string;
  readonly align?: "left" | "right" | undefined;
}

export interface Progress {
  update(done: number): void;
  /** To be called once, however it ends. */
  end(): void;
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
    table(head, rows) {
      const table = new Table({
        head: head.map(({ text }) => colors.bold(text)),
        colAligns: head.map(({ align = "left" }) => align),
        // Its own colours, which it would use on a file as well.
        style: { head: [], border: [] },
      });
      table.push(...rows.map((row) => row.map(({ text }) => text)));
      line(withoutInnerRules(table.toString()));
    },
    progress: (total) => (isTerminal ? movingBar(stream, total, colors) : plainLines(total, line)),
  };
}

/** Keeps the rule below the head and the one above the last row, which holds the sums. */
function withoutInnerRules(table: string): string {
  const lines = table.split("\n");
  const rules = lines.flatMap((line, index) => (line.startsWith("├") ? [index] : []));
  const inner = new Set(rules.slice(1, -1));
  return lines.filter((_, index) => !inner.has(index)).join("\n");
}

function movingBar(stream: NodeJS.WriteStream, total: number, colors: Screen["colors"]): Progress {
  const bar = new SingleBar({
    stream,
    format: `${indent}${colors.cyan("{bar}")} {percentage}%  {value} of {total}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 40,
    // Draws when it is told something new: no timer of its own has to be ended.
    synchronousUpdate: true,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(done), end: () => bar.stop() };
}

/** A line at each quarter. */
function plainLines(total: number, line: (text: string) => void): Progress {
  let quarters = 0;
  return {
    update(done) {
      const reached = Math.floor((done * 4) / total);
      if (reached > quarters) line(`${count(done)} of ${count(total)}`);
      quarters = Math.max(quarters, reached);
    },
    end: () => {},
  };
}

/** `1,000` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `4.2 ms` */
export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : count(Math.round(value))} ms`;
}
