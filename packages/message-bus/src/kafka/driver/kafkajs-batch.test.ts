import { describe, expect, it } from "@jest/globals";
import { toBatch } from "./kafkajs-batch.ts";
import type { FetchedMessage } from "./kafkajs-cluster.ts";

function message(offset: number, more: Partial<FetchedMessage> = {}): FetchedMessage {
  return {
    offset: String(offset),
    timestamp: "1700000000000",
    key: null,
    value: Buffer.from(String(offset)),
    ...more,
  };
}

const partition = { partition: 3, highWatermark: "100" };

/** Offsets that are delivered, and where reading goes on. */
function read(from: bigint, messages: readonly FetchedMessage[], abortedTransactions = noneAborted) {
  const { records, nextOffset } = toBatch("t", from, { ...partition, messages, abortedTransactions });
  return [records.map(({ offset }) => Number(offset)), Number(nextOffset)];
}

const noneAborted: readonly { readonly producerId: string; readonly firstOffset: string }[] = [];

describe("a fetch", () => {
  it("gives records with their bytes, and the last value of a header", () => {
    const headers = {
      trace: Buffer.from("x"),
      many: [Buffer.from("1"), Buffer.from("2")],
      ["__proto__"]: "p",
    };
    const messages = [message(7, { key: Buffer.from("k"), headers }), message(8, { value: null })];
    const batch = toBatch("t", 7n, { ...partition, messages });
    expect(batch).toMatchObject({ topic: "t", partition: 3, nextOffset: 9n, highWatermark: 100n });
    const [first, tombstone] = batch.records;
    expect([first?.key, first?.value].map(String)).toEqual(["k", "7"]);
    expect({ ...first?.headers }).toMatchObject({ trace: "x", many: "2" });
    expect(first?.timestampMs).toBe(1_700_000_000_000);
    expect([tombstone?.key, tombstone?.value]).toEqual([undefined, undefined]);
  });

  it("leaves out what a whole batch brings from before what was asked for", () => {
    expect(read(12n, [message(10), message(11), message(12), message(13)])).toEqual([[12, 13], 14]);
  });

  it("goes on past what compaction has taken, also where nothing is left", () => {
    expect(read(12n, [message(10), message(15)])).toEqual([[15], 16]);
    expect(read(12n, [message(10), message(11)])).toEqual([[], 13]);
    expect(read(12n, [])).toEqual([[], 12]);
    // A batch says how long it is, however few of its records are left.
    const batchContext = { firstOffset: "10", lastOffsetDelta: 9, producerId: "-1", inTransaction: false };
    expect(read(12n, [message(15, { batchContext })])).toEqual([[15], 20]);
    expect(read(16n, [message(15, { batchContext })])).toEqual([[], 20]);
  });

  it("leaves out control records and goes on past them", () => {
    expect(read(5n, [message(5), message(6, { isControlRecord: true })])).toEqual([[5], 7]);
  });

  it("leaves out transactions that were aborted, and no others", () => {
    const of = (producerId: string, inTransaction = true) => ({
      batchContext: { producerId, inTransaction, firstOffset: "0", lastOffsetDelta: 6 },
    });
    const end = (producerId: string) => ({ ...of(producerId), isControlRecord: true });
    const messages = [
      message(0, of("1")),
      message(1, of("2")),
      message(2, of("1", false)),
      message(3, end("1")),
      message(4, of("1")),
      message(5, end("2")),
      message(6, of("3")),
    ];
    expect(read(0n, messages, [{ producerId: "1", firstOffset: "0" }])).toEqual([[1, 2, 4, 6], 7]);
    // What was aborted may begin before what was asked for.
    expect(read(1n, messages, [{ producerId: "2", firstOffset: "1" }])).toEqual([[2, 4, 6], 7]);
  });
});
