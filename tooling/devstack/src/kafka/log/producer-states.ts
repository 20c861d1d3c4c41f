import { KafkaError } from "../errors.ts";
import type { RecordBatch } from "./record-batch.ts";

/** As many of a producer's last batches are remembered as it may have in flight. */
const rememberedBatches = 5;
const maxSequence = 0x7fffffff;

/** A batch that an idempotent producer wrote. */
export interface WrittenBatch {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
  readonly maxTimestamp: bigint;
}

interface ProducerState {
  readonly epoch: number;
  readonly batches: readonly WrittenBatch[];
}

/** What one partition knows of the idempotent producers that wrote to it. */
export class ProducerStates {
  readonly #states = new Map<bigint, ProducerState>();

  /**
   * `batch` as it was written before, when it is one of the last that its producer wrote; otherwise
   * `undefined`, once it is sure that it is the next one.
   *
   * @throws KafkaError `OUT_OF_ORDER_SEQUENCE_NUMBER`, `INVALID_PRODUCER_EPOCH`.
   */
  check(batch: RecordBatch): WrittenBatch | undefined {
    const state = this.#states.get(batch.producerId);
    if (state === undefined) return undefined;
    if (batch.producerEpoch < state.epoch) throw new KafkaError("INVALID_PRODUCER_EPOCH");
    if (batch.producerEpoch > state.epoch) {
      if (batch.baseSequence !== 0) throw new KafkaError("OUT_OF_ORDER_SEQUENCE_NUMBER");
      return undefined;
    }
    const duplicate = state.batches.find(
      ({ firstSequence, lastSequence }) =>
        firstSequence === batch.baseSequence && lastSequence === lastSequenceOf(batch),
    );
    if (duplicate) return duplicate;
    const last = state.batches.at(-1)?.lastSequence;
    if (last !== undefined && batch.baseSequence !== sequenceAfter(last, 1))
      throw new KafkaError("OUT_OF_ORDER_SEQUENCE_NUMBER");
    return undefined;
  }

  /** Remembers a batch that was appended. */
  record(batch: RecordBatch, baseOffset: bigint): void {
    const state = this.#states.get(batch.producerId);
    const earlier = state?.epoch === batch.producerEpoch ? state.batches : [];
    const written: WrittenBatch = {
      firstSequence: batch.baseSequence,
      lastSequence: lastSequenceOf(batch),
      baseOffset,
      maxTimestamp: batch.maxTimestamp,
    };
    this.#states.set(batch.producerId, {
      epoch: batch.producerEpoch,
      batches: [...earlier, written].slice(-rememberedBatches),
    });
  }
}

function lastSequenceOf(batch: RecordBatch): number {
  return sequenceAfter(batch.baseSequence, batch.lastOffsetDelta);
}

/** Sequence numbers begin again at zero after the largest 32 bit number. */
function sequenceAfter(sequence: number, increment: number): number {
  const sum = sequence + increment;
  return sum > maxSequence ? sum - maxSequence - 1 : sum;
}
