import type { ProducerRecord } from "../kafka-driver.ts";
import { recordBodyBytes, sizedBytes } from "../producer/record-size.ts";

/**
 * The records of a batch as they stand in it (message format 2), one after the other, each with the time of the batch. Written into one Buffer:
 * what a message costs is for the most part what is allocated for it.
 */
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
  { key, value, headers }: ProducerRecord,
  place: number,
): number {
  // No attributes, and no distance to the batch's time.
  buffer[start] = 0;
  buffer[start + 1] = 0;
  let at = writeVarint(buffer, start + 2, place);
  at = key === undefined ? writeNothing(buffer, at) : writeText(buffer, at, key);
  at = writeText(buffer, at, value);
  const names = Object.keys(headers);
  at = writeVarint(buffer, at, names.length);
  for (const name of names) at = writeText(buffer, writeText(buffer, at, name), headers[name] ?? "");
  return at;
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
