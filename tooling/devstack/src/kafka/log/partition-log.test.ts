import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { at, batch } from "../conformance/batches.ts";
import { PartitionLog } from "./partition-log.ts";
import { readRecordBatch } from "./record-batch.ts";

describe("a partition", () => {
  it("numbers records one after the other, whatever the batches they come in", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 12 }), (sizes) => {
        const { log, firsts } = filled(sizes);
        let next = 0n;
        expect(firsts).toEqual(
          sizes.map((size) => {
            const first = next;
            next += BigInt(size);
            return first;
          }),
        );
        expect(log.endOffset).toBe(next);
      }),
    );
  });

  it("gives, from any offset, the batch that holds it and all that follow", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (sizes, place) => {
          const { log, firsts } = filled(sizes);
          const offset = BigInt(place) % log.endOffset;
          const read = Buffer.concat(log.read(offset, 1_000_000, "whole"));
          expect(offsetsIn(read)).toEqual(
            firsts.filter((first, index) => first + BigInt(sizes[index] ?? 0) > offset),
          );
          expect(log.bytesFrom(offset)).toBe(read.length);
        },
      ),
    );
  });

  it("gives as many bytes as there is room for, and one batch where there is less", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (room) => {
        const { log } = filled([1, 2, 3]);
        const all = Buffer.concat(log.read(0n, 1_000_000, "whole"));
        const firstBytes = 12 + all.readInt32BE(at.length);
        const given = (firstBatch: "whole" | "within-limit") =>
          Buffer.concat(log.read(0n, room, firstBatch)).length;
        expect(given("whole")).toBe(Math.min(all.length, Math.max(room, firstBytes)));
        expect(given("within-limit")).toBe(room < firstBytes ? 0 : Math.min(all.length, room));
      }),
    );
  });

  it("has nothing at its end, and nothing to give beyond it", () => {
    const { log } = filled([2]);
    expect(log.read(2n, 100, "whole")).toEqual([]);
    expect(log.bytesFrom(2n)).toBe(0);
    expect(() => log.read(3n, 100, "whole")).toThrow(
      expect.objectContaining({ error: "OFFSET_OUT_OF_RANGE" }),
    );
    expect(() => log.read(-1n, 100, "whole")).toThrow(
      expect.objectContaining({ error: "OFFSET_OUT_OF_RANGE" }),
    );
  });

  it("begins later once records were let go, and still gives those that are left", () => {
    const { log } = filled([2, 2, 2]);
    log.deleteBefore(3n);
    expect(log.startOffset).toBe(3n);
    expect(() => log.read(2n, 100, "whole")).toThrow(
      expect.objectContaining({ error: "OFFSET_OUT_OF_RANGE" }),
    );
    expect(offsetsIn(Buffer.concat(log.read(3n, 1_000_000, "whole")))).toEqual([2n, 4n]);
    log.append(readRecordBatch(batch({ values: ["x"] }), { maxBytes: 1_000 }), 0);
    expect(log.endOffset).toBe(7n);
  });

  it("keeps the headers and the offsets of batches whose records compaction has taken", () => {
    const { log } = filled([2, 3, 1]);
    const before = log.bytesFrom(5n);
    log.compactBefore(5n);
    const read = Buffer.concat(log.read(0n, 1_000_000, "whole"));
    expect(offsetsIn(read)).toEqual([0n, 2n, 5n]);
    expect(log.bytesFrom(0n)).toBe(read.length);
    expect(log.bytesFrom(5n)).toBe(before);
    expect(read.length).toBe(61 + 61 + before);
    expect([log.startOffset, log.endOffset]).toEqual([0n, 6n]);
    log.append(readRecordBatch(batch({ values: ["x"] }), { maxBytes: 1_000 }), 0);
    expect(log.endOffset).toBe(7n);
  });

  it("finds records by time across its batches", () => {
    const log = new PartitionLog();
    for (const timestamps of [[10n, 30n], [20n], [40n]])
      log.append(
        readRecordBatch(batch({ values: timestamps.map(String), timestamps }), { maxBytes: 1_000 }),
        0,
      );
    expect(log.offsetFor(5n)).toEqual({ offset: 0n, timestamp: 10n });
    expect(log.offsetFor(25n)).toEqual({ offset: 1n, timestamp: 30n });
    expect(log.offsetFor(35n)).toEqual({ offset: 3n, timestamp: 40n });
    expect(log.offsetFor(41n)).toBeUndefined();
  });

  it("tells who watches it of every record, until they stop watching", () => {
    const { log } = filled([1]);
    let told = 0;
    const stop = log.watch(() => {
      told += 1;
    });
    log.append(readRecordBatch(batch({ values: ["x"] }), { maxBytes: 1_000 }), 0);
    stop();
    log.append(readRecordBatch(batch({ values: ["x"] }), { maxBytes: 1_000 }), 0);
    expect(told).toBe(1);
  });
});

function filled(sizes: readonly number[]): {
  readonly log: PartitionLog;
  readonly firsts: readonly bigint[];
} {
  const log = new PartitionLog();
  const firsts = sizes.map((size) => {
    const bytes = batch({ values: Array.from({ length: size }, (_, index) => `value ${index}`) });
    return log.append(readRecordBatch(bytes, { maxBytes: 10_000 }), 0).baseOffset;
  });
  return { log, firsts };
}

function offsetsIn(records: Buffer): readonly bigint[] {
  const offsets: bigint[] = [];
  for (
    let position = 0;
    position < records.length;
    position += 12 + records.readInt32BE(position + at.length)
  )
    offsets.push(records.readBigInt64BE(position));
  return offsets;
}
