import { MalformedFrameError } from "../errors.ts";

const sizeBytes = 4;

/** Cuts a stream of bytes into frames: four bytes of size, then that many bytes. */
export class FrameSplitter {
  #chunks: Buffer[] = [];
  #buffered = 0;

  /** How many bytes of an unfinished frame are held. */
  get buffered(): number {
    return this.#buffered;
  }

  /**
   * Takes what has arrived and gives the frames that are complete. What is incomplete is only kept, and
   * joined once, when its last byte is there.
   *
   * @throws MalformedFrameError when a frame announces a negative size or more than `maxBytes`.
   */
  push(chunk: Buffer, maxBytes: number): readonly Buffer[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const frames: Buffer[] = [];
    for (let size = this.#nextSize(maxBytes); size !== undefined; size = this.#nextSize(maxBytes)) {
      const bytes = this.#joined();
      frames.push(bytes.subarray(sizeBytes, sizeBytes + size));
      const rest = bytes.subarray(sizeBytes + size);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#buffered = rest.length;
    }
    return frames;
  }

  /** The size of the next frame, once all of it is there. */
  #nextSize(maxBytes: number): number | undefined {
    if (this.#buffered < sizeBytes) return undefined;
    const [first] = this.#chunks;
    const head = first && first.length >= sizeBytes ? first : this.#joined();
    const size = head.readInt32BE(0);
    if (size < 0 || size > maxBytes) throw new MalformedFrameError(`a frame of ${size} bytes`);
    return this.#buffered >= sizeBytes + size ? size : undefined;
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    const joined = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks, this.#buffered);
    this.#chunks = [joined];
    return joined;
  }
}
