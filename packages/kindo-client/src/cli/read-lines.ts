/** A line as it stands in the input, without the line feed, and the first one without a byte order mark. */
export type Line = WholeLine | LongLine;

interface NumberedLine {
  /** 1 for the first. */
  readonly number: number;
  /** Where the next line begins: how many bytes of the input have been read with it. */
  readonly endsAt: number;
}

/** A line that is held as a whole. */
export interface WholeLine extends NumberedLine {
  readonly bytes: Uint8Array;
}

/** A line that is too long to be held. It passes by once; `endsAt` is right when it has. */
export interface LongLine extends NumberedLine {
  readonly bytes?: undefined;
  readonly pieces: AsyncIterable<Uint8Array>;
}

const lineFeed = 0x0a;
const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/**
 * Splits bytes into lines, at line feeds only: what else some take for the end of a line may stand within
 * JSON. No more is held than one line and the chunk it ends in.
 *
 * @param maxLineBytes a longer line is not held, but given in pieces.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line, void, undefined> {
  const reader = new LineReader(input);
  try {
    for (let number = 1; ; number += 1) {
      const line = await readLine(reader, number, maxLineBytes);
      if (line === undefined) return;
      yield line;
      // What was not looked at of a long one is passed over.
      if (line.bytes === undefined) for await (const _ of line.pieces);
    }
  } finally {
    await reader.end();
  }
}

async function readLine(reader: LineReader, number: number, maxLineBytes: number): Promise<Line | undefined> {
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  let isOver = false;
  while (!isOver && byteLength <= maxLineBytes) {
    const part = await reader.next();
    if (part === undefined && parts.length === 0) return undefined;
    isOver = part?.isLast ?? true;
    if (part === undefined) break;
    parts.push(part.bytes);
    byteLength += part.bytes.byteLength;
  }
  const bytes = joined(parts, number);
  if (byteLength <= maxLineBytes) return { number, bytes, endsAt: reader.position };
  return {
    number,
    pieces: piecesOf(bytes, isOver ? "read" : "to come", reader),
    get endsAt() {
      return reader.position;
    },
  };
}

/** A byte order mark belongs to the file, and not to its first line. */
function joined(parts: readonly Uint8Array[], number: number): Uint8Array {
  const [only = new Uint8Array()] = parts;
  const bytes = parts.length <= 1 ? only : Buffer.concat(parts);
  const hasMark = number === 1 && byteOrderMark.every((byte, index) => bytes[index] === byte);
  return hasMark ? bytes.subarray(byteOrderMark.length) : bytes;
}

/** One pass over the line, which another loop may go on with. */
function piecesOf(beginning: Uint8Array, end: LineEnd, reader: LineReader): AsyncIterable<Uint8Array> {
  let first: Uint8Array | undefined = beginning;
  let isOver = end === "read";
  return {
    async *[Symbol.asyncIterator]() {
      if (first !== undefined) {
        const piece = first;
        first = undefined;
        yield piece;
      }
      while (!isOver) {
        const part = await reader.next();
        isOver = part?.isLast ?? true;
        if (part !== undefined) yield part.bytes;
      }
    },
  };
}

/** Whether a line was read to its end. */
type LineEnd = "read" | "to come";

/** A part of a line. */
interface Part {
  readonly bytes: Uint8Array;
  /** Whether the end of the line is behind it. */
  readonly isLast: boolean;
}

class LineReader {
  /** How many bytes were taken. */
  position = 0;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array();

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#chunks = input[Symbol.asyncIterator]();
  }

  /** The next part; `undefined` at the end of the input. */
  async next(): Promise<Part | undefined> {
    while (this.#chunk.byteLength === 0) {
      const { value, done } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#chunk = value;
    }
    const end = this.#chunk.indexOf(lineFeed);
    const bytes = end === -1 ? this.#chunk : this.#chunk.subarray(0, end);
    const taken = end === -1 ? bytes.byteLength : end + 1;
    this.#chunk = this.#chunk.subarray(taken);
    this.position += taken;
    return { bytes, isLast: end !== -1 };
  }

  async end(): Promise<void> {
    await this.#chunks.return?.();
  }
}
