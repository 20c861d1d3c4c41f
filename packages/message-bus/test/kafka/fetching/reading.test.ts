import { describe, expect, it } from "@jest/globals";
import { WirekitError } from "@wirekit/core";
import fc from "fast-check";
import { CompressionCodecs, CompressionTypes } from "kafkajs";
import { fetchRecords } from "../../../src/kafka/driver/fetch-records.ts";
import {
  answerBytes,
  batchBytes,
  batchesBytes,
  brokerOf,
  fetchFrom,
  firstTimestamp,
  type GivenRecord,
  kafkajsResponse,
  oldMessages,
  readAll,
  readFrom,
  request,
} from "./answers.ts";

const versions = [4, 5, 6, 7, 8, 9, 10, 11];

/** So many records without gaps. */
function plain(count: number): GivenRecord[] {
  return Array.from({ length: count }, (_, delta) => ({ delta, key: `k${delta}`, value: `v${delta}` }));
}

async function offsetsFrom(...[fetchOffset, recordSet, facts]: Parameters<typeof readFrom>) {
  const { records, nextOffset } = await readFrom(fetchOffset, recordSet, facts);
  return [records.map(({ offset }) => Number(offset)), nextOffset];
}

describe("an answer to a fetch", () => {
  it.each(versions)("is read in version %i", async (version) => {
    const recordSet = await batchesBytes(
      { baseOffset: 7, records: plain(2) },
      { baseOffset: 9, records: plain(1) },
    );
    const bytes = answerBytes(version, [
      { partition: 3, recordSet, aborted: [{ producerId: 8, firstOffset: 4 }] },
      { partition: 5, recordSet: Buffer.alloc(0) },
    ]);
    const { partitions, refusal } = await fetchFrom(version, bytes);
    expect(refusal).toBeUndefined();
    expect(partitions.map(({ partition, highWatermark }) => [partition, highWatermark])).toEqual([
      [3, 100n],
      [5, 100n],
    ]);
    const [full, empty] = await Promise.all(partitions.map(({ open }) => open(7n)));
    expect(readAll(full?.records ?? { next: () => undefined })).toMatchObject([
      { offset: 7n, key: "k0", value: "v0", valueBytes: 2, headers: {}, timestampMs: firstTimestamp },
      { offset: 8n, key: "k1" },
      { offset: 9n, key: "k0" },
    ]);
    expect([full?.nextOffset, empty?.nextOffset]).toEqual([10n, 7n]);
    expect(empty?.records.next()).toBeUndefined();
  });

  it("tells the connection for how long the broker wants to be left alone, where that is the client's part", async () => {
    for (const [version, throttleMs] of [
      [7, 0],
      [8, 250],
    ] as const) {
      const { broker, decodings } = brokerOf(version, answerBytes(version, [], 250));
      await fetchRecords(broker, request, CompressionCodecs);
      expect(decodings).toMatchObject([{ throttleTime: 0, clientSideThrottleTime: throttleMs }]);
    }
  });

  it("gives what has come although other partitions were refused, and says why they were, as kafkajs does", async () => {
    const recordSet = await batchBytes({ baseOffset: 0, records: plain(1) });
    const offsetOutOfRange = 1;
    const bytes = answerBytes(11, [
      { partition: 0, recordSet: Buffer.alloc(0), errorCode: offsetOutOfRange },
      { partition: 1, recordSet },
    ]);
    const { partitions, refusal } = await fetchFrom(11, bytes);
    expect(partitions.map(({ partition }) => partition)).toEqual([1]);
    expect(refusal).toMatchObject({
      name: "KafkaJSOffsetOutOfRange",
      type: "OFFSET_OUT_OF_RANGE",
      partition: 0,
    });
    const known = kafkajsResponse(11);
    await expect(known.decode(bytes).then(known.parse)).rejects.toThrow(String((refusal as Error).message));
  });

  it("is refused where it is cut off", async () => {
    const recordSet = await batchBytes({ baseOffset: 0, records: plain(1) });
    const bytes = answerBytes(11, [{ partition: 0, recordSet }]);
    for (let length = 0; length < bytes.length; length += 7) {
      await expect(fetchFrom(11, bytes.subarray(0, length))).rejects.toThrow("shorter than it says");
    }
  });

  it("does not keep the bytes of all partitions for the sake of one", async () => {
    const large = await batchBytes({ baseOffset: 0, records: [{ delta: 0, value: "x".repeat(10_000) }] });
    const small = await batchBytes({ baseOffset: 0, records: plain(3) });
    const bytes = answerBytes(11, [
      { partition: 0, recordSet: large },
      { partition: 1, recordSet: small },
    ]);
    const { partitions } = await fetchFrom(11, bytes);
    const { records } = (await partitions[1]?.open(0n)) ?? { records: { next: () => undefined } };
    bytes.fill(0);
    expect(readAll(records).map(({ value }) => value)).toEqual(["v0", "v1", "v2"]);
  });
});

describe("records", () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  // kafkajs takes what every object has for an earlier header of that name.
  const headerName = fc
    .string({ unit: "binary", minLength: 1, maxLength: 8 })
    .filter((name) => !(name in Object.prototype));
  const record = fc.record({
    key: fc.option(text),
    value: fc.option(text),
    headers: fc.dictionary(headerName, text, { maxKeys: 3 }),
    timestampDelta: fc.integer({ min: -1_000_000, max: 10_000_000_000 }),
    gap: fc.nat({ max: 300 }),
  });

  it("are read as kafkajs reads them", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.bigInt({ min: 0n, max: 2n ** 52n }),
        fc.boolean(),
        async (given, base, isCompressed) => {
          let delta = -1;
          const records = given.map(({ gap, ...facts }) => {
            delta += 1 + gap;
            return { ...facts, delta };
          });
          const baseOffset = Number(base);
          const recordSet = await batchBytes({ baseOffset, records, isCompressed });
          const bytes = answerBytes(11, [{ partition: 0, recordSet }]);
          const { partitions } = await fetchFrom(11, bytes);
          const opened = await partitions[0]?.open(base);
          const ours = readAll(opened?.records ?? { next: () => undefined });
          const { responses } = await kafkajsResponse(11).decode(bytes);
          const theirs = responses[0]?.partitions[0]?.messages ?? [];
          expect(opened?.nextOffset).toBe(base + BigInt(delta) + 1n);
          for (const [index, { original }] of ours.entries()) {
            if (original === undefined) continue;
            const { key, value } = theirs[index] ?? {};
            expect([original.key ?? null, original.body ?? null]).toEqual([key, value]);
          }
          expect(
            ours.map(({ original: _, headers, ...rest }) => ({ ...rest, headers: { ...headers } })),
          ).toEqual(
            theirs.map(({ offset, timestamp, key, value, headers }) => ({
              offset: BigInt(offset),
              timestampMs: Number(timestamp),
              key: key?.toString(),
              value: value?.toString(),
              valueBytes: expect.any(Number),
              headers: Object.fromEntries(
                Object.entries(headers).map(([name, one]) => [name, one.toString()]),
              ),
            })),
          );
        },
      ),
    );
  });

  it("are counted, and weigh less the fewer are left", async () => {
    const recordSet = await batchesBytes(
      { baseOffset: 0, records: plain(3) },
      { baseOffset: 3, records: plain(3) },
    );
    const { partitions } = await fetchFrom(11, answerBytes(11, [{ partition: 0, recordSet }]));
    const { records } = (await partitions[0]?.open(2n)) ?? { records: undefined };
    expect(records?.size).toBe(4);
    const bytes = [records?.bytes ?? 0];
    while (records?.next() !== undefined) bytes.push(records.bytes);
    expect(bytes).toEqual([...bytes].sort((one, other) => other - one));
    expect(new Set(bytes).size).toBe(5);
    expect([records?.size, bytes.at(-1)]).toEqual([0, 0]);
  });

  it("have the last value of a header, and none where that is missing", async () => {
    const headers = { many: ["1", "2"], ["__proto__"]: "p", trace: "x", gone: "" };
    const recordSet = await batchBytes({ baseOffset: 0, records: [{ delta: 0, headers }] });
    // A length of -1, where kafkajs writes only texts.
    recordSet[recordSet.indexOf("gone") + "gone".length] = 1;
    const { records } = await readFrom(0, recordSet);
    expect(Object.entries(records[0]?.headers ?? {})).toEqual(
      expect.arrayContaining([
        ["many", "2"],
        ["__proto__", "p"],
        ["trace", "x"],
      ]),
    );
    expect(Object.keys(records[0]?.headers ?? {})).toHaveLength(3);
  });

  it("are read with the broker's time, where the broker sets it", async () => {
    const records = [{ delta: 0, timestampDelta: 5 }];
    const recordSet = await batchesBytes(
      { baseOffset: 0, records },
      { baseOffset: 1, records, logAppendTime: firstTimestamp + 77 },
    );
    const read = await readFrom(0, recordSet);
    expect(read.records.map(({ timestampMs }) => timestampMs - firstTimestamp)).toEqual([5, 77]);
  });

  it("without a key or a value have none", async () => {
    const recordSet = await batchBytes({
      baseOffset: 0,
      records: [{ delta: 0 }, { delta: 1, key: "", value: "" }],
    });
    const { records } = await readFrom(0, recordSet);
    expect(records).toMatchObject([
      { key: undefined, value: undefined, valueBytes: 0 },
      { key: "", value: "", valueBytes: 0 },
    ]);
  });
});

describe("batches", () => {
  it("may begin before what was asked for", async () => {
    const recordSet = await batchBytes({ baseOffset: 10, records: plain(4) });
    expect(await offsetsFrom(12, recordSet)).toEqual([[12, 13], 14]);
    expect(await offsetsFrom(14, recordSet)).toEqual([[], 14]);
  });

  it("end where they say, whatever compaction has left of them", async () => {
    const some = await batchBytes({ baseOffset: 10, lastOffsetDelta: 9, records: [{ delta: 5 }] });
    expect(await offsetsFrom(12, some)).toEqual([[15], 20]);
    expect(await offsetsFrom(16, some)).toEqual([[], 20]);
    const emptied = await batchesBytes(
      { baseOffset: 10, lastOffsetDelta: 9, records: [] },
      { baseOffset: 20, lastOffsetDelta: 4, records: [] },
    );
    expect(await offsetsFrom(10, emptied)).toEqual([[], 25]);
  });

  it("that are cut off are left for the next fetch", async () => {
    const whole = await batchBytes({ baseOffset: 0, records: plain(2) });
    const next = await batchBytes({ baseOffset: 2, records: plain(2) });
    for (const length of [0, 1, 60, 61, next.length - 1]) {
      const recordSet = Buffer.concat([whole, next.subarray(0, length)]);
      expect(await offsetsFrom(0, recordSet)).toEqual([[0, 1], 2]);
      expect(await offsetsFrom(2, next.subarray(0, length))).toEqual([[], 2]);
    }
  });

  it("that end a transaction are not for readers, and are read past", async () => {
    const recordSet = await batchesBytes(
      { baseOffset: 5, records: plain(1), producerId: 1, isTransactional: true },
      { baseOffset: 6, records: plain(1), producerId: 1, isTransactional: true, isControl: true },
    );
    expect(await offsetsFrom(5, recordSet)).toEqual([[5], 7]);
  });

  it("of transactions that were aborted are left out, and no others", async () => {
    const one = (baseOffset: number, producerId: number, more = {}) => ({
      baseOffset,
      producerId,
      records: plain(1),
      isTransactional: true,
      ...more,
    });
    const recordSet = await batchesBytes(
      one(0, 1),
      one(1, 2),
      one(2, 1, { isTransactional: false }),
      one(3, 1, { isControl: true }),
      one(4, 1),
      one(5, 2, { isControl: true }),
      one(6, 3),
    );
    expect(await offsetsFrom(0, recordSet, { aborted: [{ producerId: 1, firstOffset: 0 }] })).toEqual([
      [1, 2, 4, 6],
      7,
    ]);
    // What was aborted may begin before what was asked for; and what comes first need not be named first.
    expect(await offsetsFrom(1, recordSet, { aborted: [{ producerId: 2, firstOffset: 1 }] })).toEqual([
      [2, 4, 6],
      7,
    ]);
    const aborted = [
      { producerId: 2, firstOffset: 1 },
      { producerId: 1, firstOffset: 0 },
    ];
    expect(await offsetsFrom(0, recordSet, { aborted })).toEqual([[2, 4, 6], 7]);
  });

  it("in a format that nobody knows are refused", async () => {
    const recordSet = await batchBytes({ baseOffset: 0, records: plain(1) });
    recordSet.writeInt8(3, 16);
    await expect(readFrom(0, recordSet)).rejects.toMatchObject({
      code: "message-bus/unreadable-batch",
      retryable: true,
      message: expect.stringContaining("format 3"),
    });
  });

  it("that are damaged are refused as a whole, or read; nothing else ever happens", async () => {
    const whole = await batchesBytes(
      { baseOffset: 0, records: [{ delta: 0, key: "k", value: "v", headers: { h: "1" } }, ...plain(2)] },
      { baseOffset: 3, records: plain(3), isCompressed: true },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (damages) => {
          const recordSet = Buffer.from(whole);
          // Otherwise the first would be in an old format, and kafkajs's to read.
          for (const [at, byte] of damages) if (at !== 16) recordSet[at] = byte;
          try {
            for (const { offset, valueBytes } of (await readFrom(0, recordSet)).records)
              expect([typeof offset, valueBytes >= 0]).toEqual(["bigint", true]);
          } catch (thrown) {
            const isKnown = thrown instanceof WirekitError && thrown.code === "message-bus/unreadable-batch";
            // What kafkajs says of a codec that it knows of and does not bring.
            const isMissing = thrown instanceof Error && thrown.name === "KafkaJSNotImplemented";
            if (!isKnown && !isMissing) throw thrown;
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("compressed batches", () => {
  it("say which codec is missing, as kafkajs does", async () => {
    const recordSet = await batchBytes({ baseOffset: 0, records: plain(1), isCompressed: true });
    recordSet.writeInt16BE(CompressionTypes.Snappy, 21);
    await expect(readFrom(0, recordSet)).rejects.toMatchObject({ name: "KafkaJSNotImplemented" });
  });

  it("are read by a codec that was added to kafkajs", async () => {
    const recordSet = await batchBytes({ baseOffset: 0, records: plain(2), isCompressed: true });
    recordSet.writeInt16BE(CompressionTypes.LZ4, 21);
    const gzip = CompressionCodecs[CompressionTypes.GZIP];
    const codecs = { ...CompressionCodecs, [CompressionTypes.LZ4]: gzip };
    const { partitions } = await fetchFrom(11, answerBytes(11, [{ partition: 0, recordSet }]), codecs);
    const { records } = (await partitions[0]?.open(0n)) ?? { records: { next: () => undefined } };
    expect(readAll(records).map(({ value }) => value)).toEqual(["v0", "v1"]);
  });

  it("are refused where nobody knows the codec, or it fails", async () => {
    const recordSet = await batchBytes({ baseOffset: 0, records: plain(1), isCompressed: true });
    recordSet.writeInt16BE(7, 21);
    await expect(readFrom(0, recordSet)).rejects.toThrow("nobody knows the compression 7");
    recordSet.writeInt16BE(CompressionTypes.GZIP, 21);
    recordSet.fill(0, 61);
    await expect(readFrom(0, recordSet)).rejects.toThrow("cannot be decompressed");
  });
});

describe("messages from before Kafka 0.11", () => {
  it.each([0, 1] as const)("are read in format %i", async (format) => {
    const { records, nextOffset } = await readFrom(6, oldMessages(format, 5, ["a", "b", "c"]));
    const timestampMs = format === 0 ? 0 : firstTimestamp;
    expect(records).toEqual([
      { offset: 6n, key: "key", value: "b", valueBytes: 1, headers: {}, timestampMs },
      { offset: 7n, key: "key", value: "c", valueBytes: 1, headers: {}, timestampMs },
    ]);
    expect(nextOffset).toBe(8);
  });

  it("come beside newer ones of other partitions", async () => {
    const recordSet = await batchBytes({
      baseOffset: 3,
      records: [{ delta: 0, value: "new", headers: { h: "1" } }],
    });
    const bytes = answerBytes(11, [
      { partition: 0, recordSet: oldMessages(1, 3, ["old"]) },
      { partition: 1, recordSet },
    ]);
    const { partitions } = await fetchFrom(11, bytes);
    const opened = await Promise.all(partitions.map(({ open }) => open(3n)));
    expect(opened.flatMap(({ records }) => readAll(records))).toMatchObject([
      { value: "old", headers: {} },
      { value: "new", headers: { h: "1" } },
    ]);
  });

  it("are left for the next fetch where they stand behind newer ones, and the other way round", async () => {
    const newer = await batchBytes({ baseOffset: 0, records: plain(1) });
    expect(await offsetsFrom(0, Buffer.concat([newer, oldMessages(1, 1, ["old"])]))).toEqual([[0], 1]);
    const older = Buffer.concat([
      oldMessages(1, 0, ["old"]),
      await batchBytes({ baseOffset: 1, records: plain(1) }),
    ]);
    expect(await offsetsFrom(0, older)).toEqual([[0], 1]);
  });

  it("are all there is for a broker that old", async () => {
    const { records, nextOffset } = await readFrom(0, oldMessages(1, 0, ["a"]), { version: 3 });
    expect(records).toMatchObject([{ offset: 0n, value: "a" }]);
    expect(nextOffset).toBe(1);
  });
});
