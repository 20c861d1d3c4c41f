import { WirekitError } from "./wirekit-error.ts";

/**
 * The peer answered, and refused the message: it has not been delivered. Each package has subclasses of its
 * own, which say what the peer answered.
 */
export class RejectedError<Code extends string = string> extends WirekitError<Code> {
  static override readonly mark: string = "@wirekit/core/RejectedError";
}
