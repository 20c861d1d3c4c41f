/** A line as it stands in the input. */
export interface Line {
  /** 1 for the first. */
  readonly number: number;
  /** Its bytes, without the line feed. */
  readonly bytes: Uint8Array;
  /** Where the next line begins: how many bytes of the input have been read with it. */
  readonly endsAt: number;
}

const lineFeed = 0x0a;

/** The input cannot be read on. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Splits bytes into lines, at line feeds only: what else some take for the end of a line may stand within
 * JSON. No more is held than one line and the chunk it ends in.
 *
 * @param maxLineBytes a longer line is refused: it would have to be held as a whole.
 * @throws InputError
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
  maxLineBytes: number,
): AsyncGenerator<Line, void, undefined> {
  let parts: Uint8Array[] = [];
  let partBytes = 0;
  let number = 1;
  let endsAt = 0;

  function take(last: Uint8Array): Line {
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    const line = { number, bytes, endsAt };
    parts = [];
    partBytes = 0;
    number += 1;
    return line;
  }

  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      endsAt += end + 1 - start;
      yield take(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start === chunk.byteLength) continue;
    parts.push(chunk.subarray(start));
    partBytes += chunk.byteLength - start;
    endsAt += chunk.byteLength - start;
    if (partBytes > maxLineBytes) throw new InputError(`line ${number} is longer than ${maxLineBytes} bytes`);
  }
  if (partBytes > 0) yield take(new Uint8Array());
}
