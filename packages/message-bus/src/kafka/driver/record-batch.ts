import { WirekitError } from "@wirekit/core";

// Where the fields of a record batch (message format 2) stand.
// https://kafka.apache.org/documentation/#recordbatch
const lengthAt = 8;
const magicAt = 16;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const baseTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;
const recordCountAt = 57;
const headerBytes = 61;
/** Base offset and length, which the length itself does not count. */
const prefixBytes = 12;

const compressionMask = 0x07;
const logAppendTimeFlag = 0x08;
const transactionalFlag = 0x10;
const controlFlag = 0x20;

/** Many records, as they were written together. */
export interface RecordBatch {
  readonly baseOffset: bigint;
  /**
   * The offset after the batch, which may lie behind its last record: compaction takes records and leaves the
   * batch as long as it was.
   */
  readonly endOffset: bigint;
  /** How the records are compressed; 0: not at all. */
  readonly compression: number;
  readonly isTransactional: boolean;
  /** Holds the end of a transaction, and nothing for readers. */
  readonly isControl: boolean;
  readonly producerId: bigint;
  /** Milliseconds since 1970; what records add to it. */
  readonly baseTimestampMs: number;
  /** The time of all records, where the broker sets it. */
  readonly logAppendTimeMs: number | undefined;
  readonly count: number;
  /** All records, one after the other. */
  readonly records: Buffer;
}

/** Whether what was fetched is in a format that was given up with Kafka 0.11, in 2017. */
export function isOldFormat(recordSet: Buffer): boolean {
  return recordSet.length > magicAt && recordSet.readInt8(magicAt) < 2;
}

/**
 * The batches of a fetched partition that are there in whole: the last one may be cut off, and is asked for
 * again.
 *
 * @throws WirekitError where something is no batch.
 */
export function splitBatches(recordSet: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at + headerBytes <= recordSet.length; ) {
    const size = prefixBytes + recordSet.readInt32BE(at + lengthAt);
    if (size < headerBytes) throw unreadable("a batch is shorter than its own head");
    // What is in an old format is read by another way, which begins where it does.
    if (at + size > recordSet.length || (at > 0 && isOldFormat(recordSet.subarray(at)))) break;
    batches.push(batchOf(recordSet.subarray(at, at + size)));
    at += size;
  }
  return batches;
}

function batchOf(bytes: Buffer): RecordBatch {
  const magic = bytes.readInt8(magicAt);
  if (magic !== 2) throw unreadable(`a batch has the format ${magic}, and 2 is known`);
  const baseOffset = bytes.readBigInt64BE(0);
  const lastOffsetDelta = bytes.readInt32BE(lastOffsetDeltaAt);
  if (lastOffsetDelta < 0) throw unreadable("a batch ends before it begins");
  const attributes = bytes.readInt16BE(attributesAt);
  return {
    baseOffset,
    endOffset: baseOffset + BigInt(lastOffsetDelta) + 1n,
    compression: attributes & compressionMask,
    isTransactional: (attributes & transactionalFlag) !== 0,
    isControl: (attributes & controlFlag) !== 0,
    producerId: bytes.readBigInt64BE(producerIdAt),
    baseTimestampMs: Number(bytes.readBigInt64BE(baseTimestampAt)),
    logAppendTimeMs:
      (attributes & logAppendTimeFlag) === 0 ? undefined : Number(bytes.readBigInt64BE(maxTimestampAt)),
    count: bytes.readInt32BE(recordCountAt),
    records: bytes.subarray(headerBytes),
  };
}

/**
 * Makes sure that a batch, uncompressed, holds what it says, so that reading its records cannot fail later,
 * one by one.
 *
 * @throws WirekitError where it does not.
 */
export function checkRecords({ count, records }: Pick<RecordBatch, "count" | "records">): void {
  if (count < 0) throw unreadable("a batch has fewer records than none");
  const reader = new RecordBytes(records);
  for (let place = 0; place < count; place += 1) {
    const length = reader.varint();
    const end = reader.at + length;
    if (length < 0 || end > records.length) throw unreadable("a record is longer than its batch");
    if (!skipRecord(reader, end) || reader.at !== end) throw unreadable("a record is not as long as it says");
  }
  if (reader.at !== records.length) throw unreadable("a batch is longer than its records");
}

/** `false` where a field cannot be. What runs over the end is noticed by where it ends. */
function skipRecord(reader: RecordBytes, end: number): boolean {
  // Attributes, of which there are none.
  reader.at += 1;
  reader.varlong();
  if (reader.varint() < 0) return false;
  if (!reader.skipText() || !reader.skipText()) return false;
  const headers = reader.varint();
  if (headers < 0) return false;
  for (let place = 0; place < headers; place += 1) {
    if (reader.at >= end || !reader.skipText() || !reader.skipText()) return false;
  }
  return true;
}

/** Something was fetched that cannot be read: tried again, because it may have been damaged on its way. */
export function unreadable(why: string, cause?: unknown): WirekitError {
  return new WirekitError(`The broker has given records that cannot be read: ${why}`, {
    code: "message-bus/unreadable-batch",
    retryable: true,
    cause,
  });
}

/** A transaction that was aborted: by which producer, and from which offset on. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/**
 * The batches that are for readers: without those that end a transaction, and those of transactions that were
 * aborted.
 */
export function withoutAborted(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): readonly RecordBatch[] {
  const toCome = [...aborted].sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const producers = new Set<bigint>();
  return batches.filter(({ endOffset, producerId, isControl, isTransactional }) => {
    while (toCome[0] !== undefined && toCome[0].firstOffset < endOffset) {
      producers.add(toCome[0].producerId);
      toCome.shift();
    }
    // It ends the transaction of its producer, one way or the other.
    if (isControl) producers.delete(producerId);
    return !isControl && !(isTransactional && producers.has(producerId));
  });
}

/** What stands in a text in place of bytes that are not UTF-8; the bytes may also have said it. */
export const replacement = "\ufffd";

/**
 * Reads the fields of records, one after the other, as message format 2 writes them. Whether they are there
 * is for whoever asks to know.
 */
export class RecordBytes {
  readonly bytes: Buffer;
  /** Where the next field begins. */
  at = 0;
  /** How many bytes the text had that was read last. */
  textBytes = 0;
  /** Whether all texts that were read since this was set say the bytes that they were made of. */
  isExact = true;

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
    const text = this.bytes.toString("utf8", start, this.at);
    if (text.includes(replacement)) this.isExact = false;
    return text;
  }

  /** What {@link text} would read, as bytes of their own; none for a length of -1. */
  copy(): Buffer | undefined {
    const length = this.varint();
    if (length < 0) return undefined;
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at));
  }

  /** Passes over what {@link text} would read; `false` where it says a length that cannot be. */
  skipText(): boolean {
    const length = this.varint();
    if (length > 0) this.at += length;
    return length >= -1;
  }
}
