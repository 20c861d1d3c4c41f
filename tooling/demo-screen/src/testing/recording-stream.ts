import { Writable } from "node:stream";

/** A stream that keeps what is written to it. It is no terminal, unless it is told to be one. */
export interface RecordingStream {
  readonly stream: NodeJS.WriteStream;
  text(): string;
}

export function recordingStream({ isTTY = false }: { readonly isTTY?: boolean } = {}): RecordingStream {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream,
    text: () => chunks.join(""),
  };
}
