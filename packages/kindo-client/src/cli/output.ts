import type { Writable } from "node:stream";

/** Where the command speaks. When nobody listens any more (`| head`), it goes on with its work in silence. */
export interface Output {
  readonly isTerminal: boolean;
  readonly stream: Writable;
  line(text: string): void;
}

export function outputTo(stream: Writable & { readonly isTTY?: boolean }): Output {
  stream.on("error", () => {});
  return {
    isTerminal: stream.isTTY === true,
    stream,
    line(text) {
      if (stream.writable) stream.write(`${text}\n`);
    },
  };
}
