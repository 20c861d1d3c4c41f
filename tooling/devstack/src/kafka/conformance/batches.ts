import { crc32c, createRecordsBatch } from "@platformatic/kafka";

/** What a test wants to be in a record batch, and wrong with it. */
export interface BatchOptions {
  /** The values of its records. */
  readonly values: readonly string[];
  readonly timestamps?: readonly bigint[] | undefined;
  readonly producerId?: bigint | undefined;
  readonly producerEpoch?: number | undefined;
  readonly baseSequence?: number | undefined;
  readonly compression?: "none" | "gzip" | undefined;
  /** Changes bytes of the finished batch; the checksum is made right again afterwards. */
  readonly change?: ((bytes: Buffer) => void) | undefined;
}

/** Where fields of a record batch stand. */
export const at = {
  baseOffset: 0,
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseSequence: 53,
  count: 57,
  records: 61,
} as const;

/** A record batch as a producer would send it. */
export function batch(options: BatchOptions): Buffer {
  const messages = options.values.map((value, index) => ({
    topic: "",
    value: Buffer.from(value),
    timestamp: options.timestamps?.[index] ?? 1_700_000_000_000n + BigInt(index),
  }));
  const writer = createRecordsBatch(messages, {
    compression: options.compression ?? "none",
    producerId: options.producerId ?? -1n,
    producerEpoch: options.producerEpoch ?? (options.producerId === undefined ? -1 : 0),
  });
  const bytes = Buffer.from(writer.buffer);
  bytes.writeInt32BE(options.baseSequence ?? (options.producerId === undefined ? -1 : 0), at.baseSequence);
  options.change?.(bytes);
  bytes.writeUInt32BE(crc32c(bytes.subarray(at.attributes)), at.crc);
  return bytes;
}
