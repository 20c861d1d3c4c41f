import { SingleBar } from "cli-progress";
import type { createColors } from "picocolors";
import { count } from "./numbers.ts";

/** How far a number of things has come. */
export interface Progress {
  update(done: number): void;
  /** To be called once, however it ends. */
  end(): void;
}

/** A bar that moves, for a terminal. */
export function movingBar(
  stream: NodeJS.WriteStream,
  total: number,
  { colors, indent }: { readonly colors: ReturnType<typeof createColors>; readonly indent: string },
): Progress {
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

/** A line at each quarter, where nothing can move. */
export function plainLines(total: number, line: (text: string) => void): Progress {
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
