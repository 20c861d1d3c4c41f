import { WirekitError } from "./wirekit-error.ts";

/** The client was closed before, or while, it was asked to do this. What it was given was not sent. */
export class ClosedError extends WirekitError<"wirekit/closed"> {
  static override readonly mark: string = "@wirekit/core/ClosedError";

  /** @param what what was closed: `"The client"`. */
  constructor(what: string) {
    super(`${what} is closed`, { code: "wirekit/closed" });
  }
}
