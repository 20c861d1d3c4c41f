import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { createConsumer } from "@wirekit/core/inbound";
import { ManualClock } from "@wirekit/core/testing";
import type {
  CommitOffset,
  ConsumedRecord,
  GroupMember,
  MemberListener,
  OffsetReset,
} from "../kafka-driver.ts";
import { readerOf } from "../record-reader.ts";
import type { KafkaDelivery } from "./kafka-delivery.ts";
import { KafkaSource } from "./kafka-source.ts";
import type { KafkaSourceOptions } from "./kafka-source-options.ts";

const topic = "payments";

/** A source whose member the test plays. */
async function setUp(options: Partial<KafkaSourceOptions> = {}) {
  const clock = new ManualClock();
  let listener: MemberListener | undefined;
  const committed: CommitOffset[] = [];
  const calls: string[] = [];
  const member: GroupMember = {
    run: (given) => {
      listener = given;
      return new Promise(() => undefined);
    },
    pause: (partitions) => calls.push(`pause ${partitions.map(({ partition }) => partition).join()}`),
    resume: (partitions) => calls.push(`resume ${partitions.map(({ partition }) => partition).join()}`),
    commit: async (offsets) => void committed.push(...offsets),
    close: async () => undefined,
  };
  const source = new KafkaSource({
    driver: { openMember: () => member },
    member: {
      topic,
      groupId: "group",
      startAt: "earliest",
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      heartbeatIntervalMs: 1_000,
      maxWaitMs: 100,
      maxBytesPerPartition: 1_000,
      maxBytes: 1_000,
      assignors: ["range"],
    },
    logger: silentLogger,
    clock,
    ...options,
  });
  const running = new Map<string, { readonly signal: AbortSignal; readonly end: () => void }>();
  const started: string[] = [];
  const consumer = createConsumer<KafkaDelivery, string>(
    {
      source,
      concurrency: 10,
      capacity: Number.POSITIVE_INFINITY,
      decode: ({ id }) => id.slice(topic.length + 1),
      clock,
      logger: silentLogger,
    },
    (id, { signal }) =>
      new Promise<void>((end) => {
        started.push(id);
        running.set(id, { signal, end });
      }),
  );
  await clock.advance(0);
  if (listener === undefined) throw new Error("the source has not begun to run its member");
  const { onAssigned, onBatch, onReset, onRevoking } = listener;
  const revoke = () => void onRevoking({ canWait: true });
  const assign = (...offsets: readonly bigint[]) =>
    onAssigned({
      memberId: "m",
      generationId: 1,
      isLeader: true,
      partitions: offsets.map((offset, partition) => ({ topic, partition, offset })),
    });
  const read = async (partition: number, from: bigint, keys: readonly (string | undefined)[]) => {
    const records = keys.map(
      (key, index): ConsumedRecord => ({
        offset: from + BigInt(index),
        key,
        value: "x",
        valueBytes: 1,
        headers: {},
        timestampMs: 0,
      }),
    );
    const nextOffset = from + BigInt(keys.length);
    onBatch({ topic, partition, records: readerOf(records), nextOffset, highWatermark: nextOffset });
    await clock.advance(0);
  };
  const end = async (id: string) => {
    running.get(id)?.end();
    await clock.advance(0);
  };
  return { clock, source, consumer, assign, read, end, revoke, onReset, running, started, committed, calls };
}

describe("what was fetched", () => {
  it("is handed over as slots become free, and counts until then", async () => {
    const { assign, read, end, started, source, consumer } = await setUp();
    assign(0n);
    await read(
      0,
      0n,
      Array.from({ length: 12 }, () => undefined),
    );
    expect(started).toHaveLength(10);
    expect(consumer.stats()).toMatchObject({ received: 10, running: 10, waiting: 2 });
    expect(source.details().partitions).toMatchObject([{ position: "12", unfinished: 12 }]);
    await end("0:4");
    expect(started.at(-1)).toBe("0:10");
  });

  it("is committed no further than was handed over", async () => {
    const { assign, read, end, clock, committed } = await setUp();
    assign(5n);
    await read(0, 5n, ["a", ...Array.from({ length: 20 }, () => "b"), "c"]);
    // The line of one key has to be looked through for the next one that can run.
    await end("0:26");
    await end("0:5");
    await clock.advance(1_000);
    expect(committed).toEqual([{ topic, partition: 0, offset: 6n }]);
  });

  it("is not begun any more while the group rebalances, and comes again", async () => {
    const { assign, read, end, revoke, started, committed } = await setUp();
    assign(0n);
    await read(
      0,
      0n,
      Array.from({ length: 12 }, () => undefined),
    );
    revoke();
    for (let offset = 0; offset < 10; offset += 1) await end(`0:${offset}`);
    expect(started).toHaveLength(10);
    // All of it is finished that was begun.
    expect(committed).toEqual([{ topic, partition: 0, offset: 10n }]);
    assign(10n);
    await read(0, 10n, [undefined, undefined]);
    expect(started.slice(10)).toEqual(["0:10", "0:11"]);
  });

  it("is skipped where the log has lost it, once what comes before has been handed over", async () => {
    const { assign, read, end, onReset, clock, committed, source } = await setUp();
    assign(0n);
    await read(
      0,
      0n,
      Array.from({ length: 11 }, () => undefined),
    );
    onReset({ topic, partition: 0, from: 11n, to: 20n });
    expect(source.details().partitions).toMatchObject([{ position: "20", unfinished: 11 }]);
    for (let offset = 0; offset <= 10; offset += 1) await end(`0:${offset}`);
    await clock.advance(1_000);
    expect(committed.at(-1)?.offset).toBe(20n);
  });

  it("is forgotten where the log begins anew", async () => {
    const { assign, read, onReset, started, source } = await setUp();
    assign(100n);
    await read(
      0,
      100n,
      Array.from({ length: 12 }, () => undefined),
    );
    onReset({ topic, partition: 0, from: 112n, to: 3n });
    expect(source.details().partitions).toMatchObject([{ position: "3", unfinished: 0, bufferedBytes: 0 }]);
    await read(0, 3n, ["a"]);
    expect(started.at(-1)).not.toBe("0:110");
  });
});

describe("records without a key", () => {
  it("are handled as they come, unless their order is asked for", async () => {
    const { assign, read, started } = await setUp();
    assign(0n, 0n);
    await read(0, 0n, [undefined, undefined, "a", undefined]);
    expect(started).toEqual(["0:0", "0:1", "0:2", "0:3"]);
  });

  it("are handled one at a time in each partition where that is asked for, and hold back no key and no other partition", async () => {
    const { assign, read, end, started } = await setUp({ keylessOrder: "partition" });
    assign(0n, 0n);
    await read(0, 0n, [undefined, undefined, "a", undefined]);
    await read(1, 0n, [undefined, undefined]);
    expect(started).toEqual(["0:0", "0:2", "1:0"]);
    await end("1:0");
    await end("0:0");
    expect(started.slice(3)).toEqual(["1:1", "0:1"]);
    await end("0:1");
    expect(started.at(-1)).toBe("0:3");
  });

  it("are not taken for those of a key that is called like their partition", async () => {
    const { assign, read, started } = await setUp({ keylessOrder: "partition" });
    assign(0n);
    await read(0, 0n, [undefined, "0", "", "0:"]);
    expect(started).toEqual(["0:0", "0:1", "0:2", "0:3"]);
  });
});

describe("a log that is shorter than it was", () => {
  it("aborts what runs of it, forgets what waits, commits nothing of either, and reads it from its beginning", async () => {
    const resets: OffsetReset[] = [];
    const { clock, source, consumer, assign, read, end, onReset, ...seen } = await setUp({
      onReset: (reset) => resets.push(reset),
    });
    assign(100n, 0n);
    await read(0, 100n, ["a", "a", "b"]);
    await read(1, 0n, ["a"]);
    expect(seen.started).toEqual(["0:100", "0:102", "1:0"]);
    const stale = seen.running.get("0:100");
    onReset({ topic, partition: 0, from: 103n, to: 0n });
    await clock.advance(0);
    expect(stale?.signal.aborted).toBe(true);
    expect(seen.running.get("1:0")?.signal.aborted).toBe(false);
    expect(resets).toEqual([{ topic, partition: 0, from: 103n, to: 0n }]);
    expect(source.details()).toMatchObject({
      resets: 1,
      partitions: [{ position: "0", committed: "0", unfinished: 0, bufferedBytes: 0 }, { unfinished: 1 }],
    });
    // What is stale ends now, and means records that are not there any more.
    for (const id of ["0:100", "0:102"]) await end(id);
    await clock.advance(10_000);
    expect(seen.committed).toEqual([]);
    await read(0, 0n, ["a", "a"]);
    await end("0:0");
    await end("0:1");
    await clock.advance(10_000);
    expect(seen.started.slice(3)).toEqual(["0:0", "0:1"]);
    expect(seen.committed).toEqual([{ topic, partition: 0, offset: 2n }]);
    expect(consumer.stats()).toMatchObject({ handled: 2, left: 3 });
  });
});

describe("what is held", () => {
  it("is bounded: a partition that is full is paused, and resumed when half of it is gone", async () => {
    const { assign, read, end, calls } = await setUp({ maxBufferedBytes: 3_000 });
    assign(0n);
    // Each counts for a little more than 256 bytes; one fetch of 1,000 has to fit on top.
    await read(0, 0n, ["a", "b", "c", "d", "e", "f", "g"]);
    expect(calls).toEqual([]);
    await read(0, 7n, ["h"]);
    expect(calls).toEqual(["pause 0"]);
    for (const id of ["0:0", "0:1", "0:2", "0:3"]) await end(id);
    expect(calls).toEqual(["pause 0"]);
    await end("0:4");
    expect(calls).toEqual(["pause 0", "resume 0"]);
  });
});
