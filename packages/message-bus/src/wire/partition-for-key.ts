import { ValidationError } from "@wirekit/core";

const seed = 0x9747b28c;
const multiplier = 0x5bd1e995;
const encoder = new TextEncoder();
/** Most keys are short and ASCII: a call of the encoder costs them ten times their hash. */
const scratch = new Uint8Array(64);

/**
 * The partition that Java's, Python's and librdkafka's (`murmur2_random`) producers choose for `key` among
 * `partitionCount` partitions: murmur2 of the key's bytes (UTF-8 for text), made positive, modulo the count.
 *
 * @throws ValidationError when `partitionCount` is not a whole number of at least 1.
 */
export function partitionForKey(key: string | Uint8Array, partitionCount: number): number {
  if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
    throw new ValidationError([{ path: "partitionCount", message: "must be a whole number of at least 1" }], {
      prefix: "Invalid argument",
    });
  }
  return (hashOf(key) & 0x7fffffff) % partitionCount;
}

function hashOf(key: string | Uint8Array): number {
  if (typeof key !== "string") return murmur2(key);
  if (key.length > scratch.length) return murmur2(encoder.encode(key));
  for (let at = 0; at < key.length; at += 1) {
    const unit = key.charCodeAt(at);
    if (unit > 0x7f) return murmur2(encoder.encode(key));
    scratch[at] = unit;
  }
  return murmur2(scratch, key.length);
}

/** murmur2 of the first `length` bytes with Kafka's seed, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array, length = bytes.length): number {
  const tail = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < tail; at += 4) {
    hash = Math.imul(hash, multiplier) ^ mixed(wordAt(bytes, at));
  }
  if (tail < length) {
    for (let at = length - 1; at >= tail; at -= 1) hash ^= (bytes[at] ?? 0) << ((at - tail) * 8);
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** Four bytes, the lowest first. No `DataView`: one for each short key would cost more than the hash. */
function wordAt(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  return low | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}

function mixed(word: number): number {
  const product = Math.imul(word, multiplier);
  return Math.imul(product ^ (product >>> 24), multiplier);
}
