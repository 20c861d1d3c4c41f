import { createRequire } from "node:module";
import { CompressionCodecs, CompressionTypes } from "kafkajs";
import { fetchRecords } from "../../../src/kafka/driver/fetch-records.ts";
import type { FetchRequest, KafkajsBroker } from "../../../src/kafka/driver/kafkajs-hooks/kafkajs-cluster.ts";
import type { ConsumedRecord } from "../../../src/kafka/kafka-driver.ts";

const require = createRequire(import.meta.url);

interface Encoder {
  readonly buffer: Buffer;
}

/** kafkajs's own encoders: what is read here was written by somebody else. */
const { RecordBatch } = require("kafkajs/src/protocol/recordBatch/v0") as {
  RecordBatch(batch: object): Promise<Encoder>;
};
const Record = require("kafkajs/src/protocol/recordBatch/record/v0") as (record: object) => Encoder;
const MessageSet = require("kafkajs/src/protocol/messageSet") as (set: object) => Encoder;

/** kafkajs's own reading of an answer of this version. */
export function kafkajsResponse(version: number) {
  return require(`kafkajs/src/protocol/requests/fetch/v${version}/response`) as {
    decode(bytes: Buffer): Promise<DecodedAnswer>;
    parse(decoded: unknown): Promise<unknown>;
  };
}

interface DecodedAnswer {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly messages: readonly {
        readonly offset: string;
        readonly timestamp: string;
        readonly key: Buffer | null;
        readonly value: Buffer | null;
        readonly headers: Readonly<Record<string, Buffer>>;
      }[];
    }[];
  }[];
}

export interface GivenRecord {
  /** Its distance from the first offset of its batch. */
  readonly delta: number;
  readonly key?: string | null | undefined;
  readonly value?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly timestampDelta?: number | undefined;
}

export interface GivenBatch {
  readonly baseOffset: number;
  readonly records: readonly GivenRecord[];
  /** Default: that of the last record. */
  readonly lastOffsetDelta?: number | undefined;
  readonly isCompressed?: boolean | undefined;
  readonly producerId?: number | undefined;
  readonly isTransactional?: boolean | undefined;
  readonly isControl?: boolean | undefined;
  /** Where the broker sets the time. */
  readonly logAppendTime?: number | undefined;
}

export const firstTimestamp = 1_700_000_000_000;

export async function batchBytes(batch: GivenBatch): Promise<Buffer> {
  const { baseOffset, records, isCompressed = false, producerId = -1, isTransactional = false } = batch;
  const { buffer } = await RecordBatch({
    compression: isCompressed ? CompressionTypes.GZIP : CompressionTypes.None,
    firstOffset: baseOffset,
    firstTimestamp,
    maxTimestamp: batch.logAppendTime ?? firstTimestamp,
    lastOffsetDelta: batch.lastOffsetDelta ?? records.at(-1)?.delta ?? 0,
    transactional: isTransactional,
    producerId,
    records: records.map(({ delta, key = null, value = null, headers = {}, timestampDelta = 0 }) =>
      Record({ offsetDelta: delta, timestampDelta, key, value, headers }),
    ),
  });
  if (batch.isControl === true) buffer.writeInt16BE(buffer.readInt16BE(21) | 0x20, 21);
  if (batch.logAppendTime !== undefined) buffer.writeInt16BE(buffer.readInt16BE(21) | 0x08, 21);
  return buffer;
}

export async function batchesBytes(...batches: readonly GivenBatch[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(batches.map(batchBytes)));
}

/** Messages as they were written before Kafka 0.11, beginning at an offset. */
export function oldMessages(version: 0 | 1, firstOffset: number, values: readonly string[]): Buffer {
  return Buffer.concat(
    values.map((value, index) => {
      const entries = [{ key: "key", value, timestamp: firstTimestamp }];
      const { buffer } = MessageSet({ messageVersion: version, compression: CompressionTypes.None, entries });
      buffer.writeBigInt64BE(BigInt(firstOffset + index), 0);
      return buffer;
    }),
  );
}

export interface GivenPartition {
  readonly partition: number;
  readonly recordSet: Buffer;
  readonly errorCode?: number | undefined;
  readonly aborted?: readonly { readonly producerId: number; readonly firstOffset: number }[] | undefined;
}

/** The answer to a fetch, as a broker lays it out. */
export function answerBytes(version: number, partitions: readonly GivenPartition[], throttleMs = 0): Buffer {
  const topic = Buffer.from("payments");
  return Buffer.concat([
    int32(throttleMs),
    ...(version >= 7 ? [Buffer.alloc(6)] : []),
    int32(1),
    int16(topic.length),
    topic,
    int32(partitions.length),
    ...partitions.flatMap(({ partition, recordSet, errorCode = 0, aborted = [] }) => [
      int32(partition),
      int16(errorCode),
      int64(100),
      ...(version >= 4 ? [int64(100)] : []),
      ...(version >= 5 ? [int64(0)] : []),
      ...(version >= 4 ? [int32(aborted.length === 0 ? -1 : aborted.length)] : []),
      ...aborted.flatMap(({ producerId, firstOffset }) => [int64(producerId), int64(firstOffset)]),
      ...(version >= 11 ? [int32(-1)] : []),
      int32(recordSet.length),
      recordSet,
    ]),
  ]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

export const request: FetchRequest = {
  isolationLevel: 1,
  maxWaitTime: 1,
  minBytes: 1,
  maxBytes: 1,
  topics: [],
};

/**
 * A broker of kafkajs, as far as a fetch goes, that answers with these bytes. Keeps what its connection is
 * told of the answer.
 */
export function brokerOf(version: number, bytes: Buffer) {
  const decodings: unknown[] = [];
  const broker = {
    lookupRequest: (_api: number, _definition: unknown) => (_request: unknown) => ({
      request: { apiVersion: version },
      response: kafkajsResponse(version),
    }),
    async fetch(asked: unknown) {
      const { response } = this.lookupRequest(1, undefined)(asked);
      const decoded = await response.decode(bytes);
      decodings.push(decoded);
      return response.parse(decoded);
    },
  };
  return { broker: broker as unknown as KafkajsBroker, decodings };
}

export function fetchFrom(version: number, bytes: Buffer, codecs = CompressionCodecs) {
  return fetchRecords(brokerOf(version, bytes).broker, request, codecs);
}

/** What one partition gives when it is read from an offset on. */
export async function readFrom(
  fetchOffset: number,
  recordSet: Buffer,
  { version = 11, ...partition }: Partial<GivenPartition> & { readonly version?: number } = {},
): Promise<{ readonly records: readonly ConsumedRecord[]; readonly nextOffset: number }> {
  const given = { partition: 0, recordSet, ...partition };
  const { partitions, refusal } = await fetchFrom(version, answerBytes(version, [given]));
  if (refusal !== undefined) throw refusal;
  const opened = await partitions[0]?.open(BigInt(fetchOffset));
  if (opened === undefined) throw new Error("the answer has no partition");
  return { records: readAll(opened.records), nextOffset: Number(opened.nextOffset) };
}

export function readAll(reader: { next(): ConsumedRecord | undefined }): ConsumedRecord[] {
  const records: ConsumedRecord[] = [];
  for (let record = reader.next(); record !== undefined; record = reader.next()) records.push(record);
  return records;
}
