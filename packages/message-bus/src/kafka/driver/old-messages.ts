import type { ConsumedRecord } from "../kafka-driver.ts";
import { type FetchedRecords, readerOf } from "../record-reader.ts";
import { noHeaders } from "./batch-reader.ts";
import type { FetchAnswer } from "./fetch-answer.ts";
import { replacement } from "./record-batch.ts";

/**
 * What kafkajs has read of a partition whose messages are in the formats 0 and 1, which know no headers and
 * no transactions.
 */
export interface OldPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly messages: readonly OldMessage[];
}

interface OldMessage {
  readonly offset: string;
  /** Absent in format 0. */
  readonly timestamp?: string | undefined;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** An answer, as kafkajs decodes it. */
interface DecodedAnswer {
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly (Omit<OldPartition, "highWatermark"> & {
      readonly highWatermark: string;
    })[];
  }[];
}

/** An answer that kafkajs has decoded, in the form of ours. */
export function oldAnswerOf(decoded: unknown): Omit<FetchAnswer, "partitions"> & {
  readonly partitions: readonly OldPartition[];
} {
  const { responses } = decoded as DecodedAnswer;
  const partitions = responses.flatMap((response) => response.partitions);
  return {
    topic: responses[0]?.topicName ?? "",
    partitions: partitions.map((one) => ({ ...one, highWatermark: BigInt(one.highWatermark) })),
    throttleMs: 0,
  };
}

/** Compaction leaves nothing behind in these formats: the next message is behind the last that came. */
export function openOldMessages({ messages }: OldPartition, fetchOffset: bigint): FetchedRecords {
  const records: ConsumedRecord[] = [];
  let nextOffset = fetchOffset;
  for (const { offset: text, timestamp = "0", key, value } of messages) {
    const offset = BigInt(text);
    if (offset >= nextOffset) nextOffset = offset + 1n;
    // Messages that were compressed together come together, and may begin before what was asked for.
    if (offset < fetchOffset) continue;
    const texts = { key: key?.toString("utf8"), value: value?.toString("utf8") };
    const isExact = value !== null && texts.key !== "" && !Object.values(texts).some(isReplaced);
    records.push({
      offset,
      ...texts,
      valueBytes: value?.length ?? 0,
      headers: noHeaders,
      timestampMs: Number(timestamp),
      original: isExact ? undefined : { key: key ?? undefined, body: value ?? undefined, headers: [] },
    });
  }
  return { records: readerOf(records), nextOffset, fetchedBytes: 0 };
}

function isReplaced(text: string | undefined): boolean {
  return text?.includes(replacement) === true;
}
