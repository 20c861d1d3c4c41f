import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ProducerRecord } from "../kafka-driver.ts";
import { batchBytes, crc32c, encodeRecords } from "./encode-batch.ts";
import type { KafkajsBroker, RequestProtocol } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { type EncodedBatch, sendProduceRequest } from "./produce-request.ts";

const require = createRequire(import.meta.url);
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
type KafkajsMessage = Pick<ProducerRecord, "value" | "headers"> & {
  readonly key: string | null;
  readonly timestamp?: number;
};
/** kafkajs's own. */
const encode: (message: KafkajsMessage & { readonly offsetDelta: number }) => Encoded =
  require("kafkajs/src/protocol/recordBatch/record/v0");
const produce: {
  protocol(facts: { version: number }): (request: unknown) => RequestProtocol;
} = require("kafkajs/src/protocol/requests/produce");

function record(value: string, facts: Partial<ProducerRecord> = {}): ProducerRecord {
  return { key: undefined, value, headers: {}, ...facts };
}

it("encodes whatever a record holds byte for byte as kafkajs does", () => {
  const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 300 }));
  const anyRecord = fc.record({
    key: fc.option(text, { nil: undefined }),
    value: text,
    headers: fc.dictionary(text, text, { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 150 }), (contents) => {
      const records = contents.map((content) => record("", content));
      const theirs = records.map((each, offsetDelta) => encode({ ...toMessage(each), offsetDelta }).buffer);
      expect(encodeRecords(records).equals(Buffer.concat(theirs))).toBe(true);
    }),
  );
});

it("encodes a value of megabytes, and a lone surrogate, as kafkajs does", () => {
  for (const value of ["x".repeat(3_000_000), "ü".repeat(9_000), "a\ud83d", "\udc00"]) {
    const theirs = encode({
      ...toMessage(record(value)),
      offsetDelta: 0,
    }).buffer;
    expect(encodeRecords([record(value)]).equals(theirs)).toBe(true);
  }
});

const timestampMs = 1_700_000_000_000;

function batch(topic: string, partition: number, values: readonly string[]) {
  const records = values.map((value) => record(value, { key: `key of ${value}`, headers: { a: "b" } }));
  const encoded: EncodedBatch = {
    topic,
    partition,
    producerId: 123_456_789_012n,
    producerEpoch: 7,
    sequence: 2 ** 31 - 2,
    compression: 0,
    timestampMs,
    recordCount: records.length,
    records: encodeRecords(records),
  };
  return { encoded, records };
}

describe("a produce request", () => {
  const batches = [batch("t", 0, ["a", "b"]), batch("t", 2, ["ü".repeat(500)]), batch("other", 1, ["c"])];

  it.each([3, 4, 5, 6, 7])("of version %d is written byte for byte as kafkajs writes it", async (version) => {
    let written: Encoded | undefined;
    const broker = brokerOf(version, async (protocol) => {
      written = await protocol.request.encode();
      return [];
    });
    const options = { timeoutMs: 30_000, onSent: () => undefined };
    await sendProduceRequest(
      broker,
      batches.map(({ encoded }) => encoded),
      options,
    );
    const dataOf = ({ encoded, records }: (typeof batches)[number]) => ({
      partition: encoded.partition,
      firstSequence: encoded.sequence,
      messages: records.map((each) => toMessage(each)),
    });
    const theirs = produce.protocol({ version })({
      acks: -1,
      timeout: 30_000,
      producerId: "123456789012",
      producerEpoch: 7,
      topicData: [
        { topic: "t", partitions: batches.slice(0, 2).map(dataOf) },
        { topic: "other", partitions: batches.slice(2).map(dataOf) },
      ],
    });
    expect(written?.buffer.equals((await theirs.request.encode()).buffer)).toBe(true);
  });

  it("tells what the broker answered for each batch, though others were refused", async () => {
    const partitions = (code: number, partition: number) => ({
      partition,
      errorCode: code,
      baseOffset: "42",
    });
    const decoded = { topics: [{ topicName: "t", partitions: [partitions(0, 0), partitions(29, 2)] }] };
    const broker = brokerOf(7, (protocol) => protocol.response.parse(decoded));
    const options = { timeoutMs: 1, onSent: () => undefined };
    const all = batches.map(({ encoded }) => encoded);
    expect(await sendProduceRequest(broker, all, options)).toMatchObject([
      { kind: "written", baseOffset: 42n },
      { kind: "refused", thrown: { type: "TOPIC_AUTHORIZATION_FAILED" } },
      { kind: "missing" },
    ]);
  });

  it("is not made in a version from before idempotent producers", async () => {
    const broker = brokerOf(2, (protocol) => protocol.request.encode());
    const onSent = () => {
      throw new Error("it was sent");
    };
    await expect(sendProduceRequest(broker, [], { timeoutMs: 1, onSent })).rejects.toThrow("Kafka 0.11");
  });
});

it("computes the check sum of the standard's example, at any length", () => {
  const digits = Buffer.from("..123456789..");
  expect(crc32c(digits, 2, 11)).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32), 0, 32)).toBe(0x8a9136aa);
  expect(crc32c(digits, 3, 3)).toBe(0);
  expect(batchBytes(10)).toBe(71);
});

/** A broker of kafkajs that does with a request what `send` says. */
function brokerOf(version: number, send: (protocol: RequestProtocol) => Promise<unknown>): KafkajsBroker {
  const broker: Pick<KafkajsBroker, "lookupRequest" | "produce"> = {
    lookupRequest: () => produce.protocol({ version }),
    produce(this: KafkajsBroker, request) {
      return send(this.lookupRequest(0, undefined)(request));
    },
  };
  return broker as KafkajsBroker;
}

function toMessage({ key, value, headers }: ProducerRecord): KafkajsMessage {
  return { key: key ?? null, value, headers, timestamp: timestampMs };
}
