import { WirekitError } from "./wirekit-error.ts";

/** One message is larger than the peer or the configuration allows. It was not sent. */
export class MessageTooLargeError extends WirekitError<"wirekit/message-too-large"> {
  static override readonly mark: string = "@wirekit/core/MessageTooLargeError";

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
}
