import { WirekitError } from "./wirekit-error.ts";

/** The limit that was reached. */
export interface QueueFullErrorOptions {
  /** The unit of the limit: `"entries"`, `"bytes"`. */
  readonly unit: string;
  readonly limit: number;
}

/** There is no room, and the caller did not want to wait. The message was not taken. */
export class QueueFullError extends WirekitError<"wirekit/queue-full"> {
  static override readonly mark: string = "@wirekit/core/QueueFullError";

  /** @param what the thing that is full, as the subject of a sentence: `"The batcher"`. */
  constructor(what: string, { unit, limit }: QueueFullErrorOptions) {
    super(`${what} is full: it holds at most ${limit} ${unit}`, {
      code: "wirekit/queue-full",
      retryable: true,
      details: { unit, limit },
    });
  }
}
