import { utf8Length } from "@wirekit/core/outbound";
import type { ProducerRecord } from "../kafka-driver.ts";

/** What a record batch takes besides its records. */
export const batchOverheadBytes = 61;
/** What a record can take more for not being the first of its batch: its place, and its length that counts the place. */
export const placeBytes = 2;

/** How many bytes a record takes as the first of a batch, uncompressed. */
export function recordBytes({
  key,
  value,
  headers,
}: Pick<ProducerRecord, "key" | "value" | "headers">): number {
  // Attributes, and the distance to the batch's time and offset, which is none.
  let bytes = 1 + 1 + 1;
  bytes += key === undefined ? 1 : sizedBytes(utf8Length(key));
  bytes += sizedBytes(utf8Length(value));
  const names = Object.keys(headers);
  bytes += varintBytes(names.length);
  for (const name of names)
    bytes += sizedBytes(utf8Length(name)) + sizedBytes(utf8Length(headers[name] ?? ""));
  return varintBytes(bytes) + bytes;
}

function sizedBytes(length: number): number {
  return varintBytes(length) + length;
}

/** Of a number that is not negative, zigzag-encoded as all are in a record: seven bits a byte, one of them for the sign. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
