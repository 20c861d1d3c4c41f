import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { BatchReader } from "./batch-reader.ts";
import { encodeRecords } from "./encode-batch.ts";
import type { RecordBatch } from "./record-batch.ts";

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 20 }),
  fc.string({ unit: "grapheme" }).map((text) => Buffer.from(text)),
);
const nothing = fc.constant(undefined);
const name = fc.oneof(
  bytes,
  fc.constantFrom("a", "b", "10", "9", "__proto__", "constructor").map((text) => Buffer.from(text)),
);
const original = fc.record({
  key: fc.oneof(bytes, nothing),
  body: fc.oneof(bytes, nothing),
  headers: fc.array(
    fc.record({ nameBytes: name, value: fc.oneof(bytes, nothing) }).map((header) => ({
      ...header,
      name: Buffer.from(header.nameBytes).toString("utf8"),
    })),
    { maxLength: 4 },
  ),
});

function batchOf(records: Buffer): RecordBatch {
  return {
    baseOffset: 0n,
    endOffset: 1n,
    compression: 0,
    isTransactional: false,
    isControl: false,
    producerId: -1n,
    baseTimestampMs: 0,
    logAppendTimeMs: undefined,
    count: 1,
    records,
  };
}

it("a record that was read and is written again has the same bytes, whatever they are", () => {
  fc.assert(
    fc.property(original, (given) => {
      const written = encodeRecords([{ key: undefined, value: "", headers: {}, original: given }]);
      const record = new BatchReader([batchOf(written)], 0n).next();
      if (record === undefined) throw new Error("no record was read");
      const { key, value = "", headers, original: read } = record;
      const texts = { key, value, headers };
      const again = encodeRecords([read === undefined ? texts : { ...texts, headers: {}, original: read }]);
      expect(again.equals(written)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
