import type { Output } from "./output.ts";

/** How far the command is. */
export interface CommandProgress {
  /** Bytes of the input whose lines are done with. */
  readonly bytes: number;
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

/**
 * A bar on a terminal, plain lines elsewhere.
 *
 * @param totalBytes the size of the input, where it is known.
 */
export async function progressDisplay(
  output: Output,
  totalBytes: number | undefined,
): Promise<ProgressDisplay> {
  return output.isTerminal ? bar(output, totalBytes) : lines(output);
}

async function bar({ stream }: Output, totalBytes: number | undefined): Promise<ProgressDisplay> {
  const { SingleBar, Presets } = (await import("cli-progress")).default;
  const counts = "{delivered} delivered, {failed} failed";
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

function lines(output: Output): ProgressDisplay {
  return {
    show({ delivered, failed }) {
      const done = delivered + failed;
      if (done % messagesPerLine === 0) output.line(`${done} done: ${delivered} delivered, ${failed} failed`);
    },
    end: () => {},
  };
}
