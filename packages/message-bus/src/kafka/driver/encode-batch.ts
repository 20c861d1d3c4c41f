import { type OriginalBytes, withHeaders } from "../../original-bytes.ts";
import type { ProducerRecord } from "../kafka-driver.ts";
import { recordBodyBytes, sizedBytes } from "../producer/record-size.ts";

/**
 * The head of a batch up to its records (message format 2):
 * https://kafka.apache.org/documentation/#recordbatch
 */
const headBytes = 61;
/** Base offset and length, which the length does not count. */
const prefixBytes = 12;
const crcAt = 17;
const attributesAt = 21;

/** What the head of a batch says besides what its records say. */
export interface BatchHead {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The number of the first record in its partition, for this producer. */
  readonly sequence: number;
  /** The protocol's number for it; 0 for none. */
  readonly compression: number;
  readonly timestampMs: number;
  readonly recordCount: number;
}

/** How many bytes a batch takes whose records take `recordsBytes`. */
export function batchBytes(recordsBytes: number): number {
  return headBytes + recordsBytes;
}

/** Writes a batch around its encoded (and compressed) records; returns where it ends. */
export function writeBatch(buffer: Buffer, start: number, head: BatchHead, records: Buffer): number {
  const end = start + batchBytes(records.length);
  buffer.writeBigInt64BE(0n, start);
  buffer.writeInt32BE(end - start - prefixBytes, start + 8);
  buffer.writeInt32BE(0, start + prefixBytes);
  buffer.writeInt8(2, start + 16);
  buffer.writeInt16BE(head.compression, start + attributesAt);
  buffer.writeInt32BE(head.recordCount - 1, start + 23);
  buffer.writeBigInt64BE(BigInt(head.timestampMs), start + 27);
  buffer.writeBigInt64BE(BigInt(head.timestampMs), start + 35);
  buffer.writeBigInt64BE(head.producerId, start + 43);
  buffer.writeInt16BE(head.producerEpoch, start + 51);
  buffer.writeInt32BE(head.sequence, start + 53);
  buffer.writeInt32BE(head.recordCount, start + 57);
  records.copy(buffer, start + headBytes);
  buffer.writeUInt32BE(crc32c(buffer, start + attributesAt, end), start + crcAt);
  return end;
}

/** The records of a batch, one after the other, each with the time of the batch. */
export function encodeRecords(records: readonly ProducerRecord[]): Buffer {
  const bodies = records.map(recordBodyBytes);
  const buffer = Buffer.allocUnsafe(bodies.reduce((sum, bytes) => sum + sizedBytes(bytes), 0));
  let at = 0;
  for (const [place, record] of records.entries()) {
    at = writeVarint(buffer, at, bodies[place] ?? 0);
    at = writeBody(buffer, at, record, place);
  }
  return buffer;
}

function writeBody(
  buffer: Buffer,
  start: number,
  { key, value, headers, original }: ProducerRecord,
  place: number,
): number {
  // No attributes, and no distance to the batch's time.
  buffer[start] = 0;
  buffer[start + 1] = 0;
  let at = writeVarint(buffer, start + 2, place);
  if (original !== undefined) return writeRaw(buffer, at, withHeaders(original, headers));
  at = key === undefined ? writeNothing(buffer, at) : writeText(buffer, at, key);
  at = writeText(buffer, at, value);
  const names = Object.keys(headers);
  at = writeVarint(buffer, at, names.length);
  for (const name of names) at = writeText(buffer, writeText(buffer, at, name), headers[name] ?? "");
  return at;
}

function writeRaw(buffer: Buffer, start: number, { key, body, headers }: OriginalBytes): number {
  let at = writeField(buffer, writeField(buffer, start, key), body);
  at = writeVarint(buffer, at, headers.length);
  for (const { nameBytes, value } of headers)
    at = writeField(buffer, writeField(buffer, at, nameBytes), value);
  return at;
}

function writeField(buffer: Buffer, at: number, field: Uint8Array | undefined): number {
  if (field === undefined) return writeNothing(buffer, at);
  const start = writeVarint(buffer, at, field.length);
  buffer.set(field, start);
  return start + field.length;
}

function writeText(buffer: Buffer, at: number, text: string): number {
  const bytes = Buffer.byteLength(text);
  const start = writeVarint(buffer, at, bytes);
  // Every unit is one byte: nothing to encode.
  buffer.write(text, start, bytes === text.length ? "latin1" : "utf8");
  return start + bytes;
}

/** A length of -1, zigzag-encoded. */
function writeNothing(buffer: Buffer, at: number): number {
  buffer[at] = 1;
  return at + 1;
}

/** Of a number that is not negative, and doubled is below 2^32: zigzag-encoded, seven bits a byte. */
function writeVarint(buffer: Buffer, start: number, value: number): number {
  let at = start;
  let rest = (value * 2) >>> 0;
  while (rest >= 128) {
    buffer[at] = (rest & 127) | 128;
    rest >>>= 7;
    at += 1;
  }
  buffer[at] = rest;
  return at + 1;
}

/** The check sum of a part of the buffer (CRC-32C, Castagnoli), four bytes at a time. */
export function crc32c(buffer: Buffer, start: number, end: number): number {
  tables ??= makeTables();
  const [first, second, third, fourth] = tables;
  let crc = -1;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    crc ^=
      (buffer[at] as number) |
      ((buffer[at + 1] as number) << 8) |
      ((buffer[at + 2] as number) << 16) |
      ((buffer[at + 3] as number) << 24);
    crc =
      (fourth[crc & 255] as number) ^
      (third[(crc >>> 8) & 255] as number) ^
      (second[(crc >>> 16) & 255] as number) ^
      (first[crc >>> 24] as number);
  }
  for (; at < end; at += 1) crc = (crc >>> 8) ^ (first[(crc ^ (buffer[at] as number)) & 255] as number);
  return ~crc >>> 0;
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array];

/** Constants, computed with the first batch: an import costs nothing. */
let tables: Tables | undefined;

function makeTables(): Tables {
  const polynomial = 0x82f63b78;
  const first = new Int32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    first[byte] = crc;
  }
  const after = (table: Int32Array) => table.map((crc) => (crc >>> 8) ^ (first[crc & 255] as number));
  const second = after(first);
  const third = after(second);
  return [first, second, third, after(third)];
}
