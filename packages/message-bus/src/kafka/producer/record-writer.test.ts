import { describe, expect, it } from "@jest/globals";
import { ConnectionError, systemClock } from "@wirekit/core";
import type { PartitionResult, ProducerRecord, ProducerSession } from "../kafka-driver.ts";
import { KafkaRefusedError } from "../kafka-errors.ts";
import { RecordWriter } from "./record-writer.ts";

type Answer = (records: readonly ProducerRecord[]) => Promise<readonly PartitionResult[]>;

const lost = new ConnectionError("the answer was lost");
const tooLarge = new KafkaRefusedError("Sending", { kafkaError: "MESSAGE_TOO_LARGE", retryable: false });

function record(value: string, partition = 0): ProducerRecord {
  return { topic: "t", partition, key: undefined, value, headers: {} };
}

/** A writer whose sessions answer as they are told, one after the other. */
function setUp(...answers: Answer[]) {
  const sessions: { sent: string[][]; isClosed: boolean }[] = [];
  const openProducer = (): ProducerSession => {
    const session = { sent: [] as string[][], isClosed: false };
    sessions.push(session);
    return {
      send: async (records) => {
        session.sent.push(records.map(({ value }) => value));
        return (answers.shift() ?? written(0n))(records);
      },
      close: async () => {
        session.isClosed = true;
      },
    };
  };
  const writer = new RecordWriter({ driver: { openProducer }, clock: systemClock });
  const write = (...records: ProducerRecord[]) =>
    writer.write(records, { endsAt: Number.POSITIVE_INFINITY, signal: new AbortController().signal });
  return { writer, write, sessions };
}

function written(baseOffset: bigint): Answer {
  return async (records) => partitionsOf(records).map((place) => ({ ...place, kind: "written", baseOffset }));
}

function answering(kind: "refused" | "unknown", error: ConnectionError | KafkaRefusedError): Answer {
  return async (records) => partitionsOf(records).map((place) => ({ ...place, kind, error }));
}

function partitionsOf(records: readonly ProducerRecord[]) {
  return [...new Set(records.map(({ partition }) => partition))].map((partition) => ({
    topic: "t",
    partition,
  }));
}

describe("writing records", () => {
  it("tells each its own offset, and goes on with the same session", async () => {
    const { write, sessions } = setUp(written(5n), written(9n));
    expect(await write(record("a"), record("x", 1), record("b"))).toMatchObject([
      { offset: 5n },
      { offset: 5n, partition: 1 },
      { offset: 6n },
    ]);
    expect(await write(record("c"))).toMatchObject([{ offset: 9n }]);
    expect(sessions).toHaveLength(1);
  });

  it("opens a new session after an outcome that nobody knows, and after no other", async () => {
    const { write, sessions } = setUp(answering("refused", lost), answering("unknown", lost));
    expect(await write(record("a"))).toEqual([{ kind: "failed", error: lost }]);
    expect(await write(record("b"))).toMatchObject([
      { kind: "failed", error: { code: "message-bus/unconfirmed", cause: lost } },
    ]);
    await write(record("c"));
    expect(sessions).toMatchObject([
      { isClosed: true, sent: [["a"], ["b"]] },
      { isClosed: false, sent: [["c"]] },
    ]);
  });

  it("takes the word of a driver that leaves a partition out for no word at all", async () => {
    const { write } = setUp(async () => []);
    expect(await write(record("a"))).toMatchObject([{ error: { code: "message-bus/unconfirmed" } }]);
  });

  it("halves what is too large together, in order, until it is one message alone", async () => {
    const limit: Answer = async (records) =>
      (records.length > 1 || records[0]?.value === "big" ? answering("refused", tooLarge) : written(0n))(
        records,
      );
    const { write, sessions } = setUp(limit, limit, limit, limit, limit, limit, limit);
    const results = await write(record("a"), record("big"), record("b"), record("c"));
    expect(results.map(({ kind }) => kind)).toEqual(["written", "failed", "written", "written"]);
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
    void write(record("a"));
    await write(record("b"));
    expect(sessions).toMatchObject([{ isClosed: true, sent: [["a"]] }, { sent: [["b"]] }]);
  });
});
