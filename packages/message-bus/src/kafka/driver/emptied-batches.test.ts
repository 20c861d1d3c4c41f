import { describe, expect, it } from "@jest/globals";
import { endOfEmptied, findEmptiedBatches } from "./emptied-batches.ts";
import type { FetchedMessage, FetchRequest, KafkajsBroker } from "./kafkajs-cluster.ts";

interface BatchFacts {
  readonly baseOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly records?: number;
  readonly magic?: number;
}

/** The header of a record batch. */
function batch({ baseOffset, lastOffsetDelta, records = 0, magic = 2 }: BatchFacts): Buffer {
  const bytes = Buffer.alloc(61);
  bytes.writeBigInt64BE(baseOffset, 0);
  bytes.writeInt32BE(49, 8);
  bytes.writeInt8(magic, 16);
  bytes.writeInt32BE(lastOffsetDelta, 23);
  bytes.writeInt32BE(records, 57);
  return bytes;
}

/** The answer to a fetch of one partition. */
function answer(version: number, recordSet: Buffer, aborted = 0): Buffer {
  const int = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const topic = Buffer.from("payments");
  return Buffer.concat([
    int(0),
    ...(version >= 7 ? [Buffer.alloc(6)] : []),
    int(1),
    Buffer.from([0, topic.length]),
    topic,
    int(1),
    int(0),
    Buffer.alloc(2 + 8 + 8),
    ...(version >= 5 ? [Buffer.alloc(8)] : []),
    int(aborted),
    Buffer.alloc(Math.max(0, aborted) * 16),
    ...(version >= 11 ? [int(-1)] : []),
    int(recordSet.length),
    recordSet,
  ]);
}

const request: FetchRequest = { isolationLevel: 1, maxWaitTime: 1, minBytes: 1, maxBytes: 1, topics: [] };

/** What kafkajs's broker does for a fetch, as far as it matters here. */
function brokerOf(
  version: number,
  bytes: Buffer,
  messages: readonly Partial<FetchedMessage>[] = [],
): KafkajsBroker {
  const partitions = [{ partition: 0, highWatermark: "100", messages }];
  const broker = {
    lookupRequest: (_api: number, _definition: unknown) => (_request: unknown) => ({
      request: { apiVersion: version },
      response: {
        decode: async (_bytes: Buffer) => ({ responses: [{ topicName: "payments", partitions }] }),
      },
    }),
    fetch(asked: unknown) {
      return this.lookupRequest(1, undefined)(asked).response.decode(bytes);
    },
  };
  return broker as unknown as KafkajsBroker;
}

describe("the end of batches without records", () => {
  it("is behind the last offset of the last whole one", () => {
    const first = batch({ baseOffset: 10n, lastOffsetDelta: 4 });
    const second = batch({ baseOffset: 20n, lastOffsetDelta: 0 });
    expect(endOfEmptied(first)).toBe(15n);
    expect(endOfEmptied(Buffer.concat([first, second]))).toBe(21n);
    expect(endOfEmptied(Buffer.concat([first, second.subarray(0, 60)]))).toBe(15n);
  });

  it("is not known of nothing, and of a part of a batch", () => {
    expect(endOfEmptied(Buffer.alloc(0))).toBeUndefined();
    expect(endOfEmptied(batch({ baseOffset: 0n, lastOffsetDelta: 1 }).subarray(0, 40))).toBeUndefined();
    const larger = batch({ baseOffset: 0n, lastOffsetDelta: 1 });
    larger.writeInt32BE(200, 8);
    expect(endOfEmptied(larger)).toBeUndefined();
  });

  it.each([
    ["a batch that holds records", batch({ baseOffset: 0n, lastOffsetDelta: 1, records: 1 })],
    ["an older format", batch({ baseOffset: 0n, lastOffsetDelta: 1, magic: 1 })],
    ["a length that is none", Buffer.alloc(61)],
  ])("is not guessed from %s", (_, bytes) => {
    expect(() => endOfEmptied(bytes)).toThrow(
      expect.objectContaining({ code: "message-bus/unreadable-batch", retryable: true }),
    );
  });
});

describe("looking for emptied batches", () => {
  const emptied = batch({ baseOffset: 7n, lastOffsetDelta: 2 });

  it.each([4, 5, 6, 7, 8, 9, 10, 11])("reads answers of version %i", async (version) => {
    for (const aborted of [-1, 0, 3]) {
      const broker = brokerOf(version, answer(version, emptied, aborted));
      expect(await findEmptiedBatches(broker, request)).toEqual({ nextOffset: 10n });
    }
  });

  it("finds none where records have come by now, and where nothing has come", async () => {
    expect(
      await findEmptiedBatches(brokerOf(11, answer(11, emptied), [{ offset: "9" }]), request),
    ).toBeUndefined();
    expect(await findEmptiedBatches(brokerOf(11, answer(11, Buffer.alloc(0))), request)).toBeUndefined();
  });

  it("changes nothing about the broker", async () => {
    const broker = brokerOf(11, answer(11, emptied));
    const before = Reflect.get(broker, "lookupRequest");
    await findEmptiedBatches(broker, request);
    expect(Reflect.get(broker, "lookupRequest")).toBe(before);
  });

  it.each([
    ["of a version that it does not know", 12, answer(11, emptied)],
    ["that ends too early", 11, answer(11, emptied).subarray(0, 70)],
    ["that is cut off in its head", 11, answer(11, emptied).subarray(0, 15)],
  ])("says that it cannot read an answer %s", async (_, version, bytes) => {
    await expect(findEmptiedBatches(brokerOf(version, bytes), request)).rejects.toMatchObject({
      code: "message-bus/unreadable-batch",
    });
  });
});
