import { WirekitError } from "./wirekit-error.ts";

/** The client was closed before or during the call. The message was not sent. */
export class ClosedError extends WirekitError<"wirekit/closed"> {
  static override readonly mark: string = "@wirekit/core/ClosedError";

  /** @param what the thing that is closed, as the subject of a sentence: `"The client"`. */
  constructor(what: string) {
    super(`${what} is closed`, { code: "wirekit/closed" });
  }
}
