import { WirekitError } from "./wirekit-error.ts";

/** How full what is full. */
export interface QueueFullErrorOptions {
  /** What is counted against the limit: `"entries"`, `"bytes"`. */
  readonly unit: string;
  readonly limit: number;
}

/** There is no room for one more, and the one who asked did not want to wait. Nothing of it was taken. */
export class QueueFullError extends WirekitError<"wirekit/queue-full"> {
  static override readonly mark: string = "@wirekit/core/QueueFullError";

  /** @param what what is full, as the subject of a sentence: `"The batcher"`. */
  constructor(what: string, { unit, limit }: QueueFullErrorOptions) {
    super(`${what} is full: it holds at most ${limit} ${unit}`, {
      code: "wirekit/queue-full",
      retryable: true,
      details: { unit, limit },
    });
  }
}
