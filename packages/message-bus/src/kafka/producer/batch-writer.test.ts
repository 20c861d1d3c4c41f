import { describe, expect, it } from "@jest/globals";
import { ConnectionError, systemClock, type WirekitError } from "@wirekit/core";
import type { ProduceResult, ProducerBatch, ProducerSession } from "../kafka-driver.ts";
import { KafkaRefusedError } from "../kafka-errors.ts";
import { BatchWriter, type RecordBatch, type RecordResult } from "./batch-writer.ts";
import { OutgoingRecord } from "./outgoing-record.ts";

type Answer = (batches: readonly ProducerBatch[]) => Promise<readonly ProduceResult[]>;

const lost = new ConnectionError("the answer was lost");
const tooLarge = new KafkaRefusedError("Sending", { kafkaError: "MESSAGE_TOO_LARGE", retryable: false });

function record(text: string): OutgoingRecord {
  const outgoing = {
    target: "t",
    text,
    message: undefined,
    headers: {},
    deliveryId: undefined,
    settle: () => {},
  };
  return new OutgoingRecord(outgoing, Number.POSITIVE_INFINITY);
}

/**
 * A writer whose sessions answer as they are told, one after the other. Each list of values goes to a
 * partition of its own.
 */
function setUp(...answers: Answer[]) {
  const sessions: { sent: string[][]; isClosed: boolean }[] = [];
  const openProducer = (): ProducerSession => {
    const session = { sent: [] as string[][], isClosed: false };
    sessions.push(session);
    return {
      send: async (batches) => {
        session.sent.push(batches.flatMap(({ records }) => records.map(({ value }) => value)));
        return (answers.shift() ?? written(0n))(batches);
      },
      close: async () => {
        session.isClosed = true;
      },
    };
  };
  const writer = new BatchWriter({ openProducer }, systemClock);
  const write = async (...partitions: string[][]) => {
    const results: RecordResult[] = [];
    let place = 0;
    const batches = partitions.map((values, partition): RecordBatch => {
      const places = values.map(() => place++);
      return { topic: "t", partition, records: values.map(record), places };
    });
    const limits = {
      endsAt: Number.POSITIVE_INFINITY,
      signal: new AbortController().signal,
      onFailure: () => undefined,
    };
    await writer.write(batches, results, limits);
    return results;
  };
  return { writer, write, sessions };
}

function written(baseOffset: bigint): Answer {
  return async (batches) => batches.map(() => ({ kind: "written", baseOffset }));
}

function answering(kind: "refused" | "unknown", error: WirekitError): Answer {
  return async (batches) => batches.map(() => ({ kind, error }));
}

describe("writing batches", () => {
  it("tells each record its own offset, and goes on with the same session", async () => {
    const { write, sessions } = setUp(written(5n), written(9n));
    expect(await write(["a", "b"], ["x"])).toMatchObject([
      { kind: "delivered", receipt: { partition: 0, offset: 5, messageId: "t:0:5" } },
      { kind: "delivered", receipt: { partition: 0, offset: 6, messageId: "t:0:6" } },
      { kind: "delivered", receipt: { partition: 1, offset: 5, messageId: "t:1:5" } },
    ]);
    expect(await write(["c"])).toMatchObject([{ receipt: { offset: 9 } }]);
    expect(sessions).toHaveLength(1);
  });

  it("opens a new session after an outcome that is unknown, and after no other", async () => {
    const { write, sessions } = setUp(answering("refused", lost), answering("unknown", lost));
    expect(await write(["a"])).toEqual([{ kind: "failed", error: lost }]);
    expect(await write(["b"])).toMatchObject([
      { kind: "unconfirmed", error: { code: "wirekit/unconfirmed", details: { target: "t" }, cause: lost } },
    ]);
    await write(["c"]);
    expect(sessions).toMatchObject([
      { isClosed: true, sent: [["a"], ["b"]] },
      { isClosed: false, sent: [["c"]] },
    ]);
  });

  it("counts a driver that says nothing of a batch, or throws, as an unknown outcome", async () => {
    const { write, sessions } = setUp(
      async () => [],
      () => Promise.reject(new Error("a bug")),
    );
    expect(await write(["a"])).toMatchObject([
      { kind: "unconfirmed", error: { code: "wirekit/unconfirmed" } },
    ]);
    expect(await write(["b"])).toMatchObject([
      { kind: "unconfirmed", error: { cause: { message: "a bug" } } },
    ]);
    expect(sessions).toMatchObject([{ isClosed: true }, { isClosed: true }]);
  });

  it("halves what is too large together, in order, until it is one message alone", async () => {
    const limit: Answer = async (batches) => {
      const [{ records } = { records: [] }] = batches;
      const isTooLarge = records.length > 1 || records[0]?.value === "big";
      return (isTooLarge ? answering("refused", tooLarge) : written(0n))(batches);
    };
    const { write, sessions } = setUp(limit, limit, limit, limit, limit, limit, limit);
    const results = await write(["a", "big", "b", "c"]);
    expect(results.map(({ kind }) => kind)).toEqual(["delivered", "failed", "delivered", "delivered"]);
    expect(results[1]).toMatchObject({ error: { name: "MessageTooLargeError" } });
    expect(sessions[0]?.sent).toEqual([
      ["a", "big", "b", "c"],
      ["a", "big"],
      ["a"],
      ["big"],
      ["b", "c"],
      ["b"],
      ["c"],
    ]);
  });

  it("does not share a session with a write that was given up and still runs", async () => {
    const { write, sessions } = setUp(() => new Promise(() => {}));
    void write(["a"]);
    await write(["b"]);
    expect(sessions).toMatchObject([{ isClosed: true, sent: [["a"]] }, { sent: [["b"]] }]);
  });
});
