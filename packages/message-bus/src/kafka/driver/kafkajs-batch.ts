import type { ConsumedBatch, ConsumedRecord } from "../kafka-driver.ts";
import type { FetchedMessage, FetchedPartition } from "./kafkajs-cluster.ts";

/** What a fetch from `fetchOffset` has brought, without what is not for readers: control records, and what was written in vain. */
export function toBatch(topic: string, fetchOffset: bigint, fetched: FetchedPartition): ConsumedBatch {
  const { partition, messages } = fetched;
  const isAborted = abortedFilter(fetched);
  const records: ConsumedRecord[] = [];
  for (const message of messages) {
    // Every message is shown to the filter, which keeps track of transactions that begin before what was asked for.
    if (isAborted(message) || message.isControlRecord === true) continue;
    const offset = BigInt(message.offset);
    // A broker sends whole batches: the first may begin before what was asked for.
    if (offset >= fetchOffset) records.push(toRecord(message, offset));
  }
  const nextOffset = offsetAfter(messages.at(-1), fetchOffset);
  return { topic, partition, records, nextOffset, highWatermark: BigInt(fetched.highWatermark) };
}

/** The end of the last batch, which may lie behind its last record: compaction takes records and leaves the batch as long as it was. */
function offsetAfter(last: FetchedMessage | undefined, fetchOffset: bigint): bigint {
  if (last === undefined) return fetchOffset;
  const { offset, batchContext } = last;
  const end =
    batchContext === undefined
      ? BigInt(offset) + 1n
      : BigInt(batchContext.firstOffset) + BigInt(batchContext.lastOffsetDelta) + 1n;
  // Where nothing says how long the batch is: asking for the same again would bring the same again.
  return end > fetchOffset ? end : fetchOffset + 1n;
}

function toRecord({ key, value, headers, timestamp }: FetchedMessage, offset: bigint): ConsumedRecord {
  return {
    offset,
    key: key ?? undefined,
    value: value ?? undefined,
    headers: toTexts(headers),
    timestampMs: Number(timestamp),
  };
}

/** Of a header that is there more than once, the last one counts: it was added by whoever came later. */
function toTexts(headers: FetchedMessage["headers"]): Readonly<Record<string, string>> {
  let texts: Record<string, string> | undefined;
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    // Assigned with a definition, because a header may be called `__proto__`.
    if (last === undefined || last === null) continue;
    texts ??= {};
    define(texts, name, last.toString());
  }
  return texts ?? noHeaders;
}

/** Most records have none. */
const noHeaders: Readonly<Record<string, string>> = Object.freeze({});

function define(texts: Record<string, string>, name: string, value: string): void {
  if (name === "__proto__")
    Object.defineProperty(texts, name, { value, enumerable: true, configurable: true });
  else texts[name] = value;
}

/** Says of each message, in order, whether it belongs to a transaction that was aborted. */
function abortedFilter({ abortedTransactions }: FetchedPartition): (message: FetchedMessage) => boolean {
  if (!abortedTransactions?.length) return () => false;
  const toCome = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const aborted = new Set<string>();
  return ({ offset, batchContext, isControlRecord }) => {
    while (toCome[0] !== undefined && BigInt(offset) >= toCome[0].firstOffset) {
      aborted.add(toCome[0].producerId);
      toCome.shift();
    }
    if (batchContext === undefined) return false;
    const { producerId, inTransaction } = batchContext;
    // A control record ends the transaction of its producer.
    if (isControlRecord === true) aborted.delete(producerId);
    return inTransaction && aborted.has(producerId);
  };
}
