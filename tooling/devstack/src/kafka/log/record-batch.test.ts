import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { at, batch } from "../conformance/batches.ts";
import { KafkaError } from "../errors.ts";
import { offsetDeltaAt, onlyBatch, readRecordBatch, stampBatch } from "./record-batch.ts";

const limits = { maxBytes: 1_000_000 };
const values = fc.array(fc.string(), { minLength: 1, maxLength: 20 });

describe("a record batch", () => {
  it("tells what it is without its records being decoded", () => {
    const bytes = batch({ values: ["a", "b"], producerId: 7n, producerEpoch: 2, baseSequence: 5 });
    expect(readRecordBatch(bytes, limits)).toMatchObject({
      bytes,
      compression: 0,
      transactional: false,
      lastOffsetDelta: 1,
      maxTimestamp: 1_700_000_000_001n,
      producerId: 7n,
      producerEpoch: 2,
      baseSequence: 5,
    });
  });

  it("keeps its checksum when the broker writes offset and leader epoch into it", () => {
    const bytes = batch({ values: ["a"] });
    stampBatch(bytes, 0n, 9);
    expect(() => readRecordBatch(bytes, limits)).not.toThrow();
  });

  it("is refused when any byte that the checksum covers is another one", () => {
    fc.assert(
      fc.property(values, fc.nat(), fc.integer({ min: 1, max: 255 }), (texts, place, change) => {
        const bytes = batch({ values: texts });
        const position = at.attributes + (place % (bytes.length - at.attributes));
        bytes.writeUInt8(bytes.readUInt8(position) ^ change, position);
        expect(errorOf(() => readRecordBatch(bytes, limits))).toBe("CORRUPT_MESSAGE");
      }),
    );
  });

  it("is refused with an error code, whatever its records are, or taken as it is", () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(), (texts, noise, place) => {
        const bytes = batch({
          values: texts,
          change: (whole) =>
            Buffer.from(noise).copy(whole, at.attributes + (place % (whole.length - at.attributes))),
        });
        expect(["none", "INVALID_RECORD"]).toContain(errorOf(() => readRecordBatch(bytes, limits)));
      }),
    );
  });

  it("is found among bytes that are anything at all, or refused with an error code", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 7 }), (noise, version) => {
        const error = errorOf(() => readRecordBatch(onlyBatch(Buffer.from(noise), version), limits));
        expect([
          "INVALID_RECORD",
          "CORRUPT_MESSAGE",
          "UNSUPPORTED_FOR_MESSAGE_FORMAT",
          "MESSAGE_TOO_LARGE",
        ]).toContain(error);
      }),
    );
  });

  it("of an older format is told apart by the version of the request", () => {
    const old = batch({ values: ["a"], change: (bytes) => bytes.writeInt8(1, at.magic) });
    expect(errorOf(() => onlyBatch(old, 2))).toBe("UNSUPPORTED_FOR_MESSAGE_FORMAT");
    expect(errorOf(() => onlyBatch(old, 3))).toBe("INVALID_RECORD");
  });
});

describe("finding a record by its time", () => {
  const timestamps = [1_000n, 3_000n, 2_000n];

  it.each(["none", "gzip"] as const)(
    "gives the first one that is not earlier, with compression %s",
    (compression) => {
      const bytes = batch({ values: ["a", "b", "c"], timestamps, compression });
      expect(offsetDeltaAt(bytes, 0n)).toEqual({ delta: 0, timestamp: 1_000n });
      expect(offsetDeltaAt(bytes, 1_001n)).toEqual({ delta: 1, timestamp: 3_000n });
      expect(offsetDeltaAt(bytes, 3_001n)).toBeUndefined();
    },
  );

  it("gives the first record of a batch whose compression cannot be undone here", () => {
    const unknown = batch({
      values: ["a"],
      timestamps: [5_000n],
      change: (bytes) => bytes.writeInt16BE(7, at.attributes),
    });
    expect(offsetDeltaAt(unknown, 6_000n)).toEqual({ delta: 0, timestamp: 5_000n });
  });

  it("fails with an error code when compressed bytes make no sense", () => {
    const broken = batch({
      values: ["a"],
      compression: "gzip",
      change: (bytes) => bytes.fill(0x55, at.records),
    });
    expect(errorOf(() => offsetDeltaAt(broken, 0n))).toBe("CORRUPT_MESSAGE");
  });
});

function errorOf(run: () => unknown): string {
  try {
    run();
    return "none";
  } catch (error) {
    if (error instanceof KafkaError) return error.error;
    throw error;
  }
}
