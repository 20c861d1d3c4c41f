import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { batch } from "../conformance/batches.ts";
import { PartitionLog } from "./partition-log.ts";
import { readRecordBatch } from "./record-batch.ts";
import { Retention } from "./retention.ts";

const maxBytes = 4_000;

type Step =
  | { readonly kind: "append"; readonly log: number; readonly records: number }
  | { readonly kind: "delete" | "compact"; readonly log: number; readonly place: number }
  | { readonly kind: "discard"; readonly log: number };

const log = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ kind: fc.constant("append"), log, records: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("delete", "compact"), log, place: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("discard"), log }) },
);

function batchOf(records: number): Buffer {
  return batch({ values: Array.from({ length: records }, (_, index) => `value ${index}`) });
}

function append(to: PartitionLog, records: number): void {
  to.append(readRecordBatch(batchOf(records), { maxBytes: 10_000 }), 0);
}

function held(one: PartitionLog): number {
  return one.startOffset === one.endOffset ? 0 : one.bytesFrom(one.startOffset);
}

it("keeps all logs together within the limit, whatever is appended, deleted or compacted", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 200 }), (steps) => {
      const retention = new Retention(maxBytes);
      const logs = [0, 1, 2].map(() => new PartitionLog(retention));
      for (const one of steps) {
        const target = logs[one.log] as PartitionLog;
        const span = target.endOffset - target.startOffset + 1n;
        if (one.kind === "append") append(target, one.records);
        if (one.kind === "delete") target.deleteBefore(target.startOffset + (BigInt(one.place) % span));
        if (one.kind === "compact") target.compactBefore(target.startOffset + (BigInt(one.place) % span));
        if (one.kind === "discard") {
          target.discard();
          logs[one.log] = new PartitionLog(retention);
        }
        expect(retention.bytes).toBe(logs.reduce((sum, each) => sum + held(each), 0));
        expect(retention.bytes).toBeLessThanOrEqual(maxBytes);
      }
    }),
  );
});

it("lets go what was appended first, whatever log it is in, and always keeps the newest", () => {
  const size = batchOf(1).length;
  const retention = new Retention(size * 8);
  const [idle, busy] = [new PartitionLog(retention), new PartitionLog(retention)];
  append(idle, 1);
  for (let n = 0; n < 8; n += 1) append(busy, 1);
  expect([idle.startOffset, busy.startOffset]).toEqual([1n, 1n]);
  expect(retention.forgottenBytes).toBe(size * 2);
  const tiny = new Retention(1);
  const alone = new PartitionLog(tiny);
  for (let n = 0; n < 3; n += 1) append(alone, 1);
  expect([alone.startOffset, alone.endOffset, tiny.bytes]).toEqual([2n, 3n, size]);
});
