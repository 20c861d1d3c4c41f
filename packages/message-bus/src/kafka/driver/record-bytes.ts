/** Reads the fields of records, one after the other, as message format 2 writes them. Whether they are there is for whoever asks to know. */
export class RecordBytes {
  readonly bytes: Buffer;
  /** Where the next field begins. */
  at = 0;
  /** How many bytes the text had that was read last. */
  textBytes = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** A number of at most 32 bits, zigzag-encoded, seven bits a byte. */
  varint(): number {
    const { bytes } = this;
    let byte = bytes[this.at++] ?? 0;
    let value = byte & 127;
    for (let shift = 7; byte >= 128 && shift < 35; shift += 7) {
      byte = bytes[this.at++] ?? 0;
      value |= (byte & 127) << shift;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** A number of at most 64 bits, zigzag-encoded; exact as far as a number is. */
  varlong(): number {
    const { bytes } = this;
    let value = 0;
    let factor = 1;
    for (let byte = 128; byte >= 128 && factor < 2 ** 70; factor *= 128) {
      byte = bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A text in UTF-8; none for a length of -1. */
  text(): string | undefined {
    const length = this.varint();
    this.textBytes = Math.max(0, length);
    if (length < 0) return undefined;
    const start = this.at;
    this.at += length;
    return this.bytes.toString("utf8", start, this.at);
  }

  /** Passes over what {@link text} would read; `false` where it says a length that cannot be. */
  skipText(): boolean {
    const length = this.varint();
    if (length > 0) this.at += length;
    return length >= -1;
  }
}
