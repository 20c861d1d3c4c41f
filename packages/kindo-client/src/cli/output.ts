import type { Writable } from "node:stream";

/** Where the command writes. When the reader has left (`| head`), the command goes on in silence. */
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
