import { hasMark, WirekitError } from "./wirekit-error.ts";

const mark = Symbol.for("@wirekit/core/QueueFullError");

/** How full what is full. */
export interface QueueFullErrorOptions {
  /** What is counted against the limit: `"entries"`, `"bytes"`. */
  readonly unit: string;
  readonly limit: number;
}

/** There is no room for one more, and the one who asked did not want to wait. Nothing of it was taken. */
export class QueueFullError extends WirekitError<"wirekit/queue-full"> {
  override readonly name: string = "QueueFullError";
  readonly [mark] = true;

  /** @param what what is full, as the subject of a sentence: `"The batcher"`. */
  constructor(what: string, { unit, limit }: QueueFullErrorOptions) {
    super(`${what} is full: it holds at most ${limit} ${unit}`, {
      code: "wirekit/queue-full",
      retryable: true,
      details: { unit, limit },
    });
  }

  /** Whether `value` says that something was full, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is QueueFullError {
    return hasMark(value, mark);
  }
}
