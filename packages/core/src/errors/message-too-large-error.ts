import { hasMark, WirekitError } from "./wirekit-error.ts";

const mark = Symbol.for("@wirekit/core/MessageTooLargeError");

/** One message is larger than the peer, or the configuration, allows. It was not sent; it must become smaller. */
export class MessageTooLargeError extends WirekitError<"wirekit/message-too-large"> {
  override readonly name: string = "MessageTooLargeError";
  readonly [mark] = true;

  readonly bytes: number;
  readonly maxBytes: number;

  constructor(sizes: { readonly bytes: number; readonly maxBytes: number }) {
    const { bytes, maxBytes } = sizes;
    super(`The message has ${bytes} bytes; at most ${maxBytes} can be sent`, {
      code: "wirekit/message-too-large",
      details: { bytes, maxBytes },
    });
    this.bytes = bytes;
    this.maxBytes = maxBytes;
  }

  /** Whether `value` says that a message is too large, whichever copy of the class made it. */
  static override isInstance(value: unknown): value is MessageTooLargeError {
    return hasMark(value, mark);
  }
}
