import type { Output } from "./output.ts";

/** How far the command is. */
export interface CommandProgress {
  /** Bytes of the input whose lines are done with. */
  readonly bytes: number;
  /** Messages that were delivered; in a dry run, that would be sent. */
  readonly delivered: number;
  readonly failed: number;
}

/** Shows how far the command is, while it runs. */
export interface ProgressDisplay {
  show(progress: CommandProgress): void;
  /** Leaves the line free for what is said next. */
  end(): void;
}

/** A plain line is written after so many messages. */
const messagesPerLine = 1000;

/** What is shown. */
export interface ProgressOptions {
  /** The size of the input, where it is known. */
  readonly totalBytes: number | undefined;
  /** What becomes of a message that is well: it is `"delivered"`, or found `"valid"`. */
  readonly success: string;
}

/** A bar on a terminal, plain lines elsewhere. */
export async function progressDisplay(output: Output, options: ProgressOptions): Promise<ProgressDisplay> {
  return output.isTerminal ? bar(output, options) : lines(output, options);
}

async function bar({ stream }: Output, { totalBytes, success }: ProgressOptions): Promise<ProgressDisplay> {
  const { SingleBar, Presets } = (await import("cli-progress")).default;
  const counts = `{delivered} ${success}, {failed} failed`;
  const format = totalBytes === undefined ? counts : `{bar} {percentage}% | ${counts} | {duration_formatted}`;
  const shown = new SingleBar(
    { format, stream: stream as NodeJS.WritableStream, hideCursor: true, gracefulExit: false },
    Presets.shades_classic,
  );
  shown.start(totalBytes ?? 0, 0, { delivered: 0, failed: 0 });
  return {
    show: ({ bytes, delivered, failed }) => shown.update(bytes, { delivered, failed }),
    end() {
      if (shown.isActive) shown.stop();
    },
  };
}

function lines(output: Output, { success }: ProgressOptions): ProgressDisplay {
  let toTell = messagesPerLine;
  return {
    show({ delivered, failed }) {
      const done = delivered + failed;
      // Also told of lines that were not tried, when nothing more is done.
      if (done < toTell) return;
      toTell = (Math.floor(done / messagesPerLine) + 1) * messagesPerLine;
      output.line(`${done} done: ${delivered} ${success}, ${failed} failed`);
    },
    end: () => {},
  };
}
