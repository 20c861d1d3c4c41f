import { ValidationError } from "@wirekit/core";

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
const encoder = new TextEncoder();

/**
 * The partition that Java's, Python's and librdkafka's (`murmur2_random`) producers choose for `key` among `partitionCount`
 * partitions: murmur2 of the key's bytes (UTF-8 for text), made positive, modulo the count.
 *
 * @throws ValidationError when `partitionCount` is not a whole number of at least 1.
 */
export function partitionForKey(key: string | Uint8Array, partitionCount: number): number {
  if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
    throw new ValidationError([{ path: "partitionCount", message: "must be a whole number of at least 1" }], {
      prefix: "Invalid argument",
    });
  }
  const bytes = typeof key === "string" ? encoder.encode(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitionCount;
}

/** murmur2 with Kafka's seed, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const tail = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < tail; at += 4) {
    hash = Math.imul(hash, multiplier) ^ mixed(view.getInt32(at, true));
  }
  if (tail < length) {
    for (let at = length - 1; at >= tail; at -= 1) hash ^= view.getUint8(at) << ((at - tail) * 8);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

function mixed(word: number): number {
  const product = Math.imul(word, multiplier);
  return Math.imul(product ^ (product >>> 24), multiplier);
}
