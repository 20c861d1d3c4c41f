import { createRequire } from "node:module";
import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { batchOverheadBytes, placeBytes, recordBytes } from "./record-size.ts";

const require = createRequire(import.meta.url);
/** How kafkajs writes a record: what is counted is what goes out. */
const writeRecord: (record: object) => {
  readonly buffer: Buffer;
} = require("kafkajs/src/protocol/recordBatch/record/v0");
const writeBatch: { RecordBatch(batch: object): Promise<{ readonly buffer: Buffer }> } =
  require("kafkajs/src/protocol/recordBatch/v0");

const record = fc.record({
  key: fc.option(fc.string({ unit: "grapheme", maxLength: 200 }), { nil: undefined }),
  value: fc.string({ unit: "grapheme", maxLength: 20_000 }),
  headers: fc.dictionary(fc.string({ minLength: 1, maxLength: 70 }), fc.string({ maxLength: 200 }), {
    maxKeys: 70,
  }),
});

it("counts a record to the byte, and what its place in a batch adds at most", () => {
  fc.assert(
    fc.property(record, fc.integer({ min: 0, max: 8_191 }), ({ key, value, headers }, offsetDelta) => {
      const facts = { key: key ?? null, value, headers };
      const bytes = recordBytes({ key, value, headers });
      expect(bytes).toBe(writeRecord(facts).buffer.length);
      const later = writeRecord({ ...facts, offsetDelta }).buffer.length;
      expect(later).toBeGreaterThanOrEqual(bytes);
      expect(later).toBeLessThanOrEqual(bytes + placeBytes);
    }),
    { numRuns: 200 },
  );
});

it("knows what a batch takes besides its records", async () => {
  const facts = { key: undefined, value: "value", headers: { a: "b" } };
  const batch = await writeBatch.RecordBatch({ records: [writeRecord({ ...facts, key: null })] });
  expect(batch.buffer.length).toBe(batchOverheadBytes + recordBytes(facts));
});
