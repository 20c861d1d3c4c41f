import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { KafkaError } from "../errors.ts";
import { ProducerStates } from "./producer-states.ts";
import type { RecordBatch } from "./record-batch.ts";

const maxSequence = 0x7fffffff;

describe("the batches of an idempotent producer", () => {
  it("are each written once, however often each of the last five comes again", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: maxSequence }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 10 }),
        (start, sizes) => {
          const producer = new Producer(start);
          const written = sizes.map((size) => producer.write(size));
          const last = written.slice(-5);
          for (const sent of last) expect(producer.verdict(sent)).toBe(`duplicate of ${sent.baseOffset}`);
          for (const sent of written.slice(0, -5))
            expect(producer.verdict(sent)).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
          expect(producer.verdict(producer.next(1))).toBe("next");
        },
      ),
    );
  });

  it("are refused when one before them is missing", () => {
    const producer = new Producer(0);
    producer.write(3);
    expect(producer.verdict({ ...producer.next(1), baseSequence: 4 })).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    expect(producer.verdict({ ...producer.next(1), baseSequence: 2 })).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
  });

  it("begin at any number where the producer is not known", () => {
    expect(new Producer(1_234).verdict(new Producer(1_234).next(1))).toBe("next");
  });

  it("begin again at zero with a new epoch, and the old epoch is over", () => {
    const producer = new Producer(0);
    producer.write(3);
    expect(producer.verdict({ ...producer.next(1), producerEpoch: 1 })).toBe("OUT_OF_ORDER_SEQUENCE_NUMBER");
    producer.states.record({ ...producer.next(1), producerEpoch: 1, baseSequence: 0 }, 3n);
    expect(producer.verdict(producer.next(1))).toBe("INVALID_PRODUCER_EPOCH");
    expect(producer.verdict({ ...producer.next(1), producerEpoch: 1, baseSequence: 1 })).toBe("next");
  });

  it("know nothing of other producers", () => {
    const producer = new Producer(0);
    producer.write(1);
    expect(producer.verdict({ ...producer.next(1), producerId: 2n, baseSequence: 77 })).toBe("next");
  });
});

interface Sent extends RecordBatch {
  readonly baseOffset: bigint;
}

/** A producer that numbers its records one after the other, from `start` on. */
class Producer {
  readonly states = new ProducerStates();
  #sequence: number;
  #offset = 0n;

  constructor(start: number) {
    this.#sequence = start;
  }

  next(size: number): Sent {
    return {
      bytes: Buffer.alloc(0),
      compression: 0,
      transactional: false,
      lastOffsetDelta: size - 1,
      maxTimestamp: 0n,
      producerId: 1n,
      producerEpoch: 0,
      baseSequence: this.#sequence,
      baseOffset: this.#offset,
    };
  }

  write(size: number): Sent {
    const sent = this.next(size);
    expect(this.verdict(sent)).toBe("next");
    this.states.record(sent, sent.baseOffset);
    this.#sequence = Number((BigInt(this.#sequence) + BigInt(size)) % (BigInt(maxSequence) + 1n));
    this.#offset += BigInt(size);
    return sent;
  }

  verdict(batch: RecordBatch): string {
    try {
      const written = this.states.check(batch);
      return written ? `duplicate of ${written.baseOffset}` : "next";
    } catch (error) {
      if (error instanceof KafkaError) return error.error;
      throw error;
    }
  }
}
