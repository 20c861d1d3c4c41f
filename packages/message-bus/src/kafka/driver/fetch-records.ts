import { type FetchedRecords, recordOverheadBytes } from "../record-reader.ts";
import { BatchReader } from "./batch-reader.ts";
import { type AnsweredPartition, isReadable, readFetchAnswer } from "./fetch-answer.ts";
import type { CompressionCodecs } from "./kafkajs-client.ts";
import type { FetchRequest, KafkajsBroker, RequestProtocol } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { withProtocol } from "./kafkajs-hooks/own-protocol.ts";
import { type OldPartition, oldAnswerOf, openOldMessages } from "./old-messages.ts";
import {
  checkRecords,
  isOldFormat,
  type RecordBatch,
  splitBatches,
  unreadable,
  withoutAborted,
} from "./record-batch.ts";

/** What a fetch has brought. */
export interface Fetched {
  readonly partitions: readonly FetchedPartition[];
  /** Why some of the partitions were refused, as kafkajs says it; `undefined` where none was. */
  readonly refusal: unknown;
}

/** What a fetch has brought of one partition. */
export interface FetchedPartition {
  readonly partition: number;
  /** The end of its log. */
  readonly highWatermark: bigint;
  /**
   * Makes ready to be read what was fetched from `fetchOffset` on: at least one batch, and no further one
   * once they hold `room` bytes.
   *
   * @throws WirekitError where it cannot be read.
   */
  open(fetchOffset: bigint, room?: number | undefined): Promise<FetchedRecords>;
}

/**
 * Fetches by a broker of kafkajs, and reads the answer itself: kafkajs would make many objects of each
 * record, of all of them at once, and skips batches that compaction has emptied without a word of where they
 * end. What is in the formats from before 2017 is left to it.
 *
 * @throws WirekitError where the answer cannot be understood; whatever kafkajs throws.
 */
export async function fetchRecords(
  broker: KafkajsBroker,
  request: FetchRequest,
  codecs: CompressionCodecs,
): Promise<Fetched> {
  const reading = withProtocol(broker, (protocol) => ({ ...protocol, response: responseOf(protocol) }));
  const { topic, partitions, check } = (await reading.fetch(request)) as Answer;
  const isRefused = ({ errorCode }: { readonly errorCode: number }) => errorCode !== 0;
  const refused = partitions.filter(isRefused);
  let refusal: unknown;
  try {
    if (refused.length > 0) await check({ responses: [{ topicName: topic, partitions: refused }] });
  } catch (thrown) {
    refusal = thrown;
  }
  const given = partitions.filter((partition) => !isRefused(partition));
  return { partitions: given.map((partition) => fetchedOf(partition, codecs)), refusal };
}

/** An answer that was read. */
interface Answer {
  readonly topic: string;
  readonly partitions: readonly (AnsweredPartition | OldPartition)[];
  /** What kafkajs makes of it: throws where a partition was refused. */
  readonly check: RequestProtocol["response"]["parse"];
}

function responseOf({ request, response }: RequestProtocol): RequestProtocol["response"] {
  const check: RequestProtocol["response"]["parse"] = (decoded) => response.parse(decoded);
  return {
    ...response,
    decode: async (bytes) => {
      const { topic, partitions, throttleMs } = await answerOf(request.apiVersion, bytes, response);
      // Under the names that kafkajs looks for.
      return { topic, partitions, check, throttleTime: 0, clientSideThrottleTime: throttleMs };
    },
    // Not at once: what came of the other partitions is good.
    parse: (answer) => Promise.resolve(answer),
  };
}

async function answerOf(version: number, bytes: Buffer, { decode }: RequestProtocol["response"]) {
  if (!isReadable(version)) return oldAnswerOf(await decode(bytes));
  const answer = readFetchAnswer(bytes, version);
  const partitions = answer.partitions.map((partition) => withOwnBytes(partition, bytes));
  if (!partitions.some(({ recordSet }) => isOldFormat(recordSet))) return { ...answer, partitions };
  const old = new Map(oldAnswerOf(await decode(bytes)).partitions.map((one) => [one.partition, one]));
  return {
    ...answer,
    partitions: partitions.map((one) => (isOldFormat(one.recordSet) ? (old.get(one.partition) ?? one) : one)),
  };
}

/** A partition that stands still must not keep the bytes of all others in memory. */
function withOwnBytes(partition: AnsweredPartition, { length }: Buffer): AnsweredPartition {
  const { recordSet } = partition;
  if (recordSet.length === 0 || recordSet.length * 2 > length) return partition;
  return { ...partition, recordSet: Buffer.from(recordSet) };
}

function fetchedOf(partition: AnsweredPartition | OldPartition, codecs: CompressionCodecs): FetchedPartition {
  const { partition: number, highWatermark } = partition;
  return {
    partition: number,
    highWatermark,
    open: async (fetchOffset, room = Number.POSITIVE_INFINITY) =>
      "messages" in partition
        ? openOldMessages(partition, fetchOffset)
        : openBatches(partition, { fetchOffset, room, codecs }),
  };
}

async function openBatches(
  { recordSet, aborted }: AnsweredPartition,
  { fetchOffset, room, codecs }: Opening,
): Promise<FetchedRecords> {
  const batches = splitBatches(recordSet);
  const forReaders = new Set(withoutAborted(batches, aborted));
  const readable: RecordBatch[] = [];
  let nextOffset = fetchOffset;
  let fetchedBytes = 0;
  let bytes = 0;
  for (const batch of batches) {
    if (bytes >= room) break;
    if (forReaders.has(batch)) {
      const plain = batch.compression === 0 ? batch : await decompressed(batch, codecs);
      checkRecords(plain);
      readable.push(plain);
      bytes += plain.records.length + plain.count * recordOverheadBytes;
    }
    fetchedBytes += batch.records.length;
    if (batch.endOffset > nextOffset) nextOffset = batch.endOffset;
  }
  return { records: new BatchReader(readable, fetchOffset), nextOffset, fetchedBytes };
}

interface Opening {
  readonly fetchOffset: bigint;
  readonly room: number;
  readonly codecs: CompressionCodecs;
}

async function decompressed(batch: RecordBatch, codecs: CompressionCodecs): Promise<RecordBatch> {
  const codec = codecs[batch.compression];
  if (codec === undefined) throw unreadable(`nobody knows the compression ${batch.compression}`);
  // Made first, and by itself: where a codec is not installed, that it is missing is what has to be said.
  const { decompress } = codec();
  try {
    return { ...batch, records: await decompress(batch.records) };
  } catch (thrown) {
    throw unreadable("what is compressed cannot be decompressed", thrown);
  }
}
