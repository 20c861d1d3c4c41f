import type { Socket } from "node:net";

/** The first bytes of a `100 Continue`. */
const continueLine = "HTTP/1.1 100";
const statusAt = "HTTP/1.1 ".length;
const digitOne = 0x31;
const endOfHead = "\r\n\r\n";
/** A longer head than this is not waited for: the parser is to complain about it. */
const maxHeadBytes = 16 * 1024;

/**
 * Takes every `100 Continue` out of what a socket reads. HTTP has clients pass over one that they did not ask
 * for (RFC 9110, section 15.2), but undici breaks the connection over it, and a message whose request was
 * broken off is sent again.
 */
export class InterimResponses {
  #isAtStart = true;
  /** The beginning of a head whose end is not there yet. */
  #held: Buffer | undefined;

  constructor(socket: Socket) {
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      let chunk: Buffer | null = read(size);
      // Read on until the socket itself says that there is no more: only then does it tell of what comes
      // later.
      while (chunk !== null && this.#isAtStart) {
        const rest = this.#withoutContinue(chunk);
        if (rest !== undefined) return rest;
        chunk = read(size);
      }
      return chunk;
    };
  }

  /** A request goes out: what is read next is the beginning of its response. */
  expectResponse(): void {
    this.#isAtStart = true;
    this.#held = undefined;
  }

  /** `undefined` if all of it is a `100 Continue`, or may become one. */
  #withoutContinue(chunk: Buffer): Buffer | undefined {
    let bytes = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    while (mayBeContinue(bytes)) {
      const end = bytes.indexOf(endOfHead, 0, "latin1");
      if (end === -1) {
        this.#held = bytes;
        return undefined;
      }
      bytes = bytes.subarray(end + endOfHead.length);
    }
    this.#held = undefined;
    if (bytes.length === 0) return undefined;
    this.#isAtStart = false;
    return bytes;
  }
}

function mayBeContinue(bytes: Buffer): boolean {
  if (bytes.length > statusAt && bytes[statusAt] !== digitOne) return false;
  if (bytes.length === 0 || bytes.length > maxHeadBytes) return false;
  return continueLine.startsWith(bytes.toString("latin1", 0, continueLine.length));
}
