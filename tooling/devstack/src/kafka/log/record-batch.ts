import { compressionsAlgorithmsByBitmask, crc32c, IS_COMPRESSED, Reader } from "@platformatic/kafka";
import { KafkaError } from "../errors.ts";

// Where the fields of a record batch (magic 2) stand. The producer's checksum covers what follows it, so a
// broker can write the two fields in front of it, base offset and leader epoch, without touching the rest.
const baseOffsetAt = 0;
const lengthAt = 8;
const leaderEpochAt = 12;
const magicAt = 16;
const crcAt = 17;
const attributesAt = 21;
const lastOffsetDeltaAt = 23;
const firstTimestampAt = 27;
const maxTimestampAt = 35;
const producerIdAt = 43;
const producerEpochAt = 51;
const baseSequenceAt = 53;
const recordCountAt = 57;
const recordsAt = 61;
/** Base offset and length, which the length itself does not count. */
const prefixBytes = 12;

/** What a length must at least be to be taken for one: the size of a message in the oldest format. */
const smallestBatchBytes = 14;
const firstVersionWithBatches = 3;

const transactionalBit = 0x10;
const controlBit = 0x20;

/** Code of zstd among the compression bits of a batch's attributes. */
export const zstd = 4;

/** A record batch as a producer sent it. */
export interface RecordBatch {
  /** All of it, header included, as it is stored and served. */
  readonly bytes: Buffer;
  readonly compression: number;
  readonly transactional: boolean;
  readonly lastOffsetDelta: number;
  readonly maxTimestamp: bigint;
  /** -1 when the producer is not idempotent. */
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

/**
 * Finds the one batch that a Produce request carries for a partition; what is left of another one that is cut
 * off goes. Until the version that brought record batches, requests carried messages of older formats.
 *
 * @throws KafkaError with the code that the producer is told.
 */
export function onlyBatch(records: Buffer | null, requestVersion: number): Buffer {
  const size = records === null ? undefined : wholeBatchBytes(records);
  if (records === null || size === undefined) throw new KafkaError("INVALID_RECORD", "no whole record batch");
  const magic = records.readInt8(magicAt);
  if (size < prefixBytes + smallestBatchBytes || magic < 0 || magic > 2)
    throw new KafkaError("CORRUPT_MESSAGE");
  if (magic < 2)
    throw new KafkaError(
      requestVersion < firstVersionWithBatches ? "UNSUPPORTED_FOR_MESSAGE_FORMAT" : "INVALID_RECORD",
    );
  if (size < recordsAt) throw new KafkaError("CORRUPT_MESSAGE", "a record batch shorter than its header");
  if (wholeBatchBytes(records.subarray(size)) !== undefined)
    throw new KafkaError("INVALID_RECORD", "more than one record batch");
  return records.subarray(0, size);
}

/** How many bytes the first batch says it has; `undefined` when they are not all there. */
function wholeBatchBytes(records: Buffer): number | undefined {
  if (records.length <= magicAt) return undefined;
  const size = records.readInt32BE(lengthAt) + prefixBytes;
  return size > records.length ? undefined : size;
}

/**
 * Reads and checks a batch as brokers do before they append it: it is numbered from zero, not too large, and
 * its checksum is right.
 *
 * @throws KafkaError with the code that the producer is told.
 */
export function readRecordBatch(bytes: Buffer, limits: { readonly maxBytes: number }): RecordBatch {
  if (bytes.readBigInt64BE(baseOffsetAt) !== 0n)
    throw new KafkaError("INVALID_RECORD", "base offset is not 0");
  if (bytes.length > limits.maxBytes) throw new KafkaError("MESSAGE_TOO_LARGE");
  if (crc32c(bytes.subarray(attributesAt)) !== bytes.readUInt32BE(crcAt))
    throw new KafkaError("CORRUPT_MESSAGE");

  const attributes = bytes.readInt16BE(attributesAt);
  const batch: RecordBatch = {
    bytes,
    compression: attributes & IS_COMPRESSED,
    transactional: (attributes & transactionalBit) !== 0,
    lastOffsetDelta: bytes.readInt32BE(lastOffsetDeltaAt),
    maxTimestamp: bytes.readBigInt64BE(maxTimestampAt),
    producerId: bytes.readBigInt64BE(producerIdAt),
    producerEpoch: bytes.readInt16BE(producerEpochAt),
    baseSequence: bytes.readInt32BE(baseSequenceAt),
  };
  if (attributes & controlBit) throw new KafkaError("INVALID_RECORD", "clients write no control records");
  const count = bytes.readInt32BE(recordCountAt);
  if (batch.lastOffsetDelta < 0 || count !== batch.lastOffsetDelta + 1)
    throw new KafkaError("INVALID_RECORD", "the number of records does not fit the last offset");
  if (batch.producerId >= 0n && batch.baseSequence < 0)
    throw new KafkaError("INVALID_RECORD", "an idempotent batch without sequence numbers");
  // What is compressed is kept as it came: looking into it is left to whoever reads it.
  if (batch.compression === 0) checkRecords(bytes, count);
  return batch;
}

/** Writes what only the broker knows into a batch that it is about to append. */
export function stampBatch(bytes: Buffer, baseOffset: bigint, leaderEpoch: number): void {
  bytes.writeBigInt64BE(baseOffset, baseOffsetAt);
  bytes.writeInt32BE(leaderEpoch, leaderEpochAt);
}

/**
 * The header of a batch whose records are all gone. It keeps its range of offsets and its sequence numbers.
 */
export function withoutRecords(batch: Buffer): Buffer {
  const bytes = Buffer.from(batch.subarray(0, recordsAt));
  bytes.writeInt32BE(recordsAt - prefixBytes, lengthAt);
  bytes.writeInt32BE(0, recordCountAt);
  bytes.writeUInt32BE(crc32c(bytes.subarray(attributesAt)), crcAt);
  return bytes;
}

/**
 * How far into a batch the first record stands whose time is `timestamp` or later. A batch whose compression
 * this Node cannot undo counts as one: its first record is the answer.
 */
export function offsetDeltaAt(
  bytes: Buffer,
  timestamp: bigint,
): { readonly delta: number; readonly timestamp: bigint } | undefined {
  const firstTimestamp = bytes.readBigInt64BE(firstTimestampAt);
  const codec = compressionsAlgorithmsByBitmask[bytes.readInt16BE(attributesAt) & IS_COMPRESSED];
  if (!codec?.available) return { delta: 0, timestamp: firstTimestamp };
  const records = Reader.from(decompressed(codec, bytes.subarray(recordsAt)));
  for (let delta = 0; delta < bytes.readInt32BE(recordCountAt); delta += 1) {
    const record = nextRecord(records);
    const recordTimestamp = firstTimestamp + record.timestampDelta;
    if (recordTimestamp >= timestamp) return { delta: record.offsetDelta, timestamp: recordTimestamp };
  }
  return undefined;
}

function decompressed(codec: { decompressSync(bytes: Buffer): Buffer }, bytes: Buffer): Buffer {
  try {
    return codec.decompressSync(bytes);
  } catch {
    throw new KafkaError("CORRUPT_MESSAGE", "a batch cannot be decompressed");
  }
}

/** A batch whose records do not add up would be stored here and break every consumer there. */
function checkRecords(bytes: Buffer, count: number): void {
  const records = Reader.from(bytes.subarray(recordsAt));
  for (let index = 0; index < count; index += 1) {
    if (nextRecord(records).offsetDelta !== index)
      throw new KafkaError("INVALID_RECORD", "the records are not numbered one after the other");
  }
  if (records.remaining !== 0) throw new KafkaError("INVALID_RECORD", "bytes are left after the last record");
}

/** Reads the head of a record and goes on to the next one; key, value and headers are never looked at. */
function nextRecord(records: Reader): { readonly timestampDelta: bigint; readonly offsetDelta: number } {
  try {
    const length = records.readVarInt();
    const end = records.position + length;
    if (length < 1 || end > records.length) throw new RangeError("a record ends outside of its batch");
    records.skip(1);
    const head = { timestampDelta: records.readVarInt64(), offsetDelta: records.readVarInt() };
    if (records.position > end) throw new RangeError("a record is shorter than its own head");
    records.position = end;
    return head;
  } catch (cause) {
    throw cause instanceof KafkaError ? cause : new KafkaError("INVALID_RECORD", "a record cannot be read");
  }
}
