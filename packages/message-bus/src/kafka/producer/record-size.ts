import { utf8Length } from "@wirekit/core/outbound";
import { type OriginalBytes, withHeaders } from "../../original-bytes.ts";
import type { ProducerRecord } from "../kafka-driver.ts";

/** What a record batch takes besides its records. */
export const batchOverheadBytes = 61;
/**
 * What a record can take more for not being the first of its batch: its place, and its length that counts the
 * place.
 */
export const placeBytes = 2;

type RecordContent = Pick<ProducerRecord, "key" | "value" | "headers" | "original">;

/** How many bytes a record takes as the first of a batch, uncompressed. */
export function recordBytes(record: RecordContent): number {
  return sizedBytes(recordBodyBytes(record, 0));
}

/** The same without the length that stands before it, at any place in its batch. */
export function recordBodyBytes(record: RecordContent, place: number): number {
  const { key, value, headers, original } = record;
  // Attributes, and the distance to the batch's time, which is none.
  let bytes = 1 + 1 + varintBytes(place);
  if (original !== undefined) return bytes + rawBytes(withHeaders(original, headers));
  bytes += key === undefined ? 1 : textBytes(key);
  bytes += textBytes(value);
  const names = Object.keys(headers);
  bytes += varintBytes(names.length);
  for (const name of names) bytes += textBytes(name) + textBytes(headers[name] ?? "");
  return bytes;
}

function rawBytes({ key, body, headers }: OriginalBytes): number {
  let bytes = sizedField(key) + sizedField(body) + varintBytes(headers.length);
  for (const { nameBytes, value } of headers) bytes += sizedField(nameBytes) + sizedField(value);
  return bytes;
}

/** A length of -1 stands for nothing. */
function sizedField(field: Uint8Array | undefined): number {
  return field === undefined ? 1 : sizedBytes(field.length);
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
