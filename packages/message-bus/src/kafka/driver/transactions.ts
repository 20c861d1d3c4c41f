import type { AbortedTransaction } from "./fetch-answer.ts";
import type { RecordBatch } from "./record-batch.ts";

/** The batches that are for readers: without those that end a transaction, and those of transactions that were aborted. */
export function withoutAborted(
  batches: readonly RecordBatch[],
  aborted: readonly AbortedTransaction[],
): readonly RecordBatch[] {
  const toCome = [...aborted].sort((one, other) => (one.firstOffset < other.firstOffset ? -1 : 1));
  const producers = new Set<bigint>();
  return batches.filter(({ endOffset, producerId, isControl, isTransactional }) => {
    while (toCome[0] !== undefined && toCome[0].firstOffset < endOffset) {
      producers.add(toCome[0].producerId);
      toCome.shift();
    }
    // It ends the transaction of its producer, one way or the other.
    if (isControl) producers.delete(producerId);
    return !isControl && !(isTransactional && producers.has(producerId));
  });
}
