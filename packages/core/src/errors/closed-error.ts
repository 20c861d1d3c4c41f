import { hasMark, WirekitError } from "./wirekit-error.ts";

const mark = Symbol.for("@wirekit/core/ClosedError");

/** The client was closed before, or while, it was asked to do this. What it was given was not sent. */
export class ClosedError extends WirekitError<"wirekit/closed"> {
  override readonly name: string = "ClosedError";
  readonly [mark] = true;

  /** @param what what was closed: `"The client"`. */
  constructor(what: string) {
    super(`${what} is closed`, { code: "wirekit/closed" });
  }

  /** Whether `value` says that something was closed, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is ClosedError {
    return hasMark(value, mark);
  }
}
