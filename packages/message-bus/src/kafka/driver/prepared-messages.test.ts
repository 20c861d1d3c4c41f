import { createRequire } from "node:module";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ProducerRecord } from "../kafka-driver.ts";
import { encodeRecords } from "./encode-records.ts";
import { batchesOf } from "./partition-batch.ts";
import { preparedMessages } from "./prepared-messages.ts";
import { type OutgoingMessage, ProduceCall } from "./produce-call.ts";

const require = createRequire(import.meta.url);
interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
type Encode = (message: OutgoingMessage & { readonly offsetDelta: number }) => Encoded;
/** kafkajs's own. */
const encode: Encode = require("kafkajs/src/protocol/recordBatch/record/v0");
const sort: (
  facts: object,
) => Readonly<Record<string, OutgoingMessage[]>> = require("kafkajs/src/producer/groupMessagesPerPartition");

function record(value: string, facts: Partial<ProducerRecord> = {}): ProducerRecord {
  return {
    topic: "t",
    partition: 0,
    key: undefined,
    value,
    headers: {},
    ...facts,
  };
}

function prepare(records: readonly ProducerRecord[]): OutgoingMessage[] {
  return preparedMessages(batchesOf(records), new ProduceCall(new Map()));
}

/** As kafkajs does before a request. Says also how often it was asked where a message goes. */
function sorted(messages: OutgoingMessage[]) {
  let asked = 0;
  const partitioner = ({ message }: { readonly message: OutgoingMessage }) => {
    asked += 1;
    return message.partition;
  };
  return {
    byPartition: sort({
      topic: "t",
      partitionMetadata: [{}],
      messages,
      partitioner,
    }),
    asked,
  };
}

function encoded(messages: readonly OutgoingMessage[], encodeOne: Encode = encode) {
  let calls = 0;
  const parts = messages.map((message, offsetDelta) => {
    calls += 1;
    return encodeOne({ ...message, offsetDelta });
  });
  return {
    bytes: Buffer.concat(parts.map(({ buffer }) => buffer)),
    count: parts.length,
    calls,
  };
}

describe("messages for kafkajs", () => {
  it("are sorted and encoded with one look at each partition, and to what kafkajs makes of them", () => {
    const records = Array.from({ length: 200 }, (_, index) =>
      record(`value ${index}`, {
        partition: index % 3,
        key: `${index}`,
        headers: { a: "b" },
      }),
    );
    const { byPartition, asked } = sorted(prepare(records));
    expect(asked).toBe(3);
    for (const partition of [0, 1, 2]) {
      const own = records.filter((each) => each.partition === partition);
      const { bytes, count, calls } = encoded(byPartition[partition] ?? []);
      expect({ count, calls }).toEqual({ count: own.length, calls: 1 });
      const theirs = own.map((each, index) => encode({ ...toMessage(each), offsetDelta: index }).buffer);
      expect(bytes.equals(Buffer.concat(theirs))).toBe(true);
    }
  });

  it("are all there for whoever looks at them one by one", () => {
    const messages = prepare([record("a", { key: "k" }), record("b", { partition: 1 }), record("c")]);
    expect([...messages].map(({ value }) => value)).toEqual(["a", "c", "b"]);
    expect(messages[0]).toMatchObject({ key: "k", partition: 0, headers: {} });
    const { byPartition } = sorted(messages);
    expect(byPartition[0]?.map(({ value }) => value)).toEqual(["a", "c"]);
  });

  it("are left to a kafkajs that encodes them in another way", () => {
    const { byPartition } = sorted(prepare([record("a"), record("b"), record("c")]));
    const inBrackets: Encode = ({ value, offsetDelta }) => {
      const buffer = Buffer.from(`[${offsetDelta} ${String(value)}]`);
      return { buf: buffer, buffer };
    };
    const { bytes, calls } = encoded(byPartition[0] ?? [], inBrackets);
    expect(bytes.toString()).toBe("[0 a][1 b][2 c]");
    expect(calls).toBe(3);
  });

  it("are left to a kafkajs that sorts them in another way", () => {
    const messages = prepare([record("a"), record("b", { partition: 1 }), record("c")]);
    const backwards = messages.reduce<Record<number, OutgoingMessage[]>>(
      (result, message) =>
        Object.assign(result, {
          0: [message, ...(result[0] ?? ["end" as never])],
        }),
      {},
    );
    expect(backwards[0]?.map((each) => each.value ?? each)).toEqual(["b", "c", "a", "end"]);
  });
});

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

function toMessage({ key, value, headers, partition }: ProducerRecord): OutgoingMessage {
  return {
    key: key ?? null,
    value,
    headers,
    partition,
    call: new ProduceCall(new Map()),
  };
}
