import { utf8Length } from "@wirekit/core/outbound";
import type { ProducerRecord } from "../kafka-driver.ts";

/** What a record batch takes besides its records. */
export const batchOverheadBytes = 61;
/**
 * What a record can take more for not being the first of its batch: its place, and its length that counts the
 * place.
 */
export const placeBytes = 2;

type RecordContent = Pick<ProducerRecord, "key" | "value" | "headers">;

/** How many bytes a record takes as the first of a batch, uncompressed. */
export function recordBytes(record: RecordContent): number {
  return sizedBytes(recordBodyBytes(record, 0));
}

/** The same without the length that stands before it, at any place in its batch. */
export function recordBodyBytes({ key, value, headers }: RecordContent, place: number): number {
  // Attributes, and the distance to the batch's time, which is none.
  let bytes = 1 + 1 + varintBytes(place);
  bytes += key === undefined ? 1 : textBytes(key);
  bytes += textBytes(value);
  const names = Object.keys(headers);
  bytes += varintBytes(names.length);
  for (const name of names) bytes += textBytes(name) + textBytes(headers[name] ?? "");
  return bytes;
}

/** How many bytes something of `length` bytes takes together with its length. */
export function sizedBytes(length: number): number {
  return varintBytes(length) + length;
}

function textBytes(text: string): number {
  return sizedBytes(utf8Length(text));
}

/**
 * Of a number that is not negative, zigzag-encoded as all are in a record: seven bits a byte, one of them for
 * the sign.
 */
function varintBytes(value: number): number {
  if (value < 64) return 1;
  let bytes = 1;
  for (let rest = value * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
