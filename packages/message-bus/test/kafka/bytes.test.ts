import { describe, expect, it, jest } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import type { Kafka as Broker } from "@wirekit/devstack/kafka";
import type { KafkaMessageBus, MemoryMessageBus, Received } from "../../src/index.ts";
import { MemoryMessageBus as Memory } from "../../src/index.ts";
import { closeAtTheEnd, openBroker, openBus } from "./open-bus.ts";
import { producerOn } from "./open-producer.ts";
import { readMessages, stranger } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const target = "payments";
const dead = "payments-dead";

interface Written {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: Record<string, Buffer | string | (Buffer | string)[]>;
}

/** Not UTF-8: bytes that begin nothing, a character that is cut off, a code too large, Latin-1. */
const notUtf8 = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0xf0, 0x90, 0x80, 0xe9]);

const records: readonly (readonly [string, Written])[] = [
  ["a value that is not UTF-8", { key: "k", value: notUtf8 }],
  [
    "JSON with one byte that is not UTF-8",
    { key: "k", value: Buffer.from('{"name": "Zo\u00eb"}', "latin1") },
  ],
  ["a value that is cut off within a character", { key: "k", value: Buffer.from([0x7b, 0xf0, 0x90, 0x80]) }],
  ["a text that says U+FFFD itself", { key: "k\ufffd", value: "\ufffd" }],
  ["a byte order mark", { key: "k", value: "\ufeff{}" }],
  ["no value", { key: "k", value: null }],
  ["an empty value", { key: "k", value: "" }],
  ["no key", { key: null, value: "{}" }],
  ["an empty key", { key: "", value: "{}" }],
  ["a key that is not UTF-8", { key: notUtf8, value: "{}" }],
  ["neither key nor value", { key: null, value: null }],
  ["a header that is not UTF-8", { key: "k", value: "{}", headers: { h: notUtf8, other: "text" } }],
  ["headers of one name", { key: "k", value: "{}", headers: { h: ["one", notUtf8, "three"] } }],
  ["an empty header", { key: "k", value: "{}", headers: { h: "h", empty: "" } }],
  ["headers whose names are numbers", { key: "k", value: "{}", headers: { b: "1", "10": "2", "9": "3" } }],
  [
    "a header that is called __proto__",
    { key: "k", value: "{}", headers: JSON.parse('{"__proto__": "p", "constructor": "c"}') },
  ],
  ["nothing unusual", { key: "k", value: "not JSON", headers: { one: "1", two: "2" } }],
];

async function write(broker: Broker, messages: readonly Written[]): Promise<void> {
  const producer = stranger(broker).producer();
  await producer.connect();
  await producer.send({ topic: target, messages: messages as never });
  await producer.disconnect();
}

describe("a dead letter of Kafka", () => {
  it.each(records)("is byte for byte what came, with %s", async (_what, record) => {
    const broker = await openBroker({ topics: { [target]: 1, [dead]: 1 } });
    await write(broker, [record]);
    const bus = openBus(broker);
    const consumer = bus.consume({ target, deadLetter: { target: dead } }, () => undefined);
    await new Promise((resolve) => consumer.on("processed", resolve));
    await consumer.close();
    const [before] = await readMessages(broker, target);
    const [after] = await readMessages(broker, dead);
    if (before === undefined || after === undefined) throw new Error("a record is missing");
    expect({ key: after.message.key, value: after.message.value }).toEqual({
      key: before.message.key,
      value: before.message.value,
    });
    const headers = Object.entries(after.message.headers ?? {});
    const isReason = ([name]: readonly [string, unknown]) => name.startsWith("dead-letter-");
    expect(Object.fromEntries(headers.filter((header) => !isReason(header)))).toEqual(before.message.headers);
    expect(headers.filter(isReason).map(([name, value]) => [name, String(value)])).toEqual(
      expect.arrayContaining([
        ["dead-letter-reason", "invalid"],
        ["dead-letter-source", target],
      ]),
    );
    expect((await bus.lag({ target })).map(({ lag }) => lag)).toEqual([0n]);
  });

  it("is byte for byte what came, with headers without a value and names that are not UTF-8", async () => {
    const broker = await openBroker({ topics: { [target]: 1, [dead]: 1 } });
    const headers = [
      { name: "none", nameBytes: Buffer.from("none"), value: undefined },
      { name: notUtf8.toString("utf8"), nameBytes: notUtf8, value: Buffer.from("value") },
      { name: "none", nameBytes: Buffer.from("none"), value: Buffer.alloc(0) },
    ];
    // No client that is at hand writes such headers.
    const { driver } = producerOn(broker);
    const original = { key: undefined, body: Buffer.from("{}"), headers };
    const records = [{ key: undefined, value: "", headers: {}, original }];
    const limits = { deliveryTimeoutMs: 60_000, signal: new AbortController().signal };
    const session = driver.openProducer();
    await session.send([{ topic: target, partition: 0, records }], limits);
    await session.close();
    const bus = openBus(broker);
    const consumer = bus.consume({ target, deadLetter: { target: dead } }, () => undefined);
    await new Promise((resolve) => consumer.on("processed", resolve));
    const received = await bus.receiveMessage({ target: dead, timeoutMs: 60_000 });
    expect(received?.rawHeaders.slice(0, 3)).toEqual(headers);
    expect(received?.headers).toMatchObject({ none: "", "dead-letter-reason": "invalid" });
    expect(received?.rawKey).toBeUndefined();
  });

  it("says in its own reasons why it came last, and keeps the other headers of one name", async () => {
    const broker = await openBroker({ topics: { [target]: 1, [dead]: 1 } });
    await write(broker, [
      { key: "k", value: notUtf8, headers: { h: ["1", "2"], "dead-letter-reason": ["older", "old"] } },
    ]);
    const consumer = openBus(broker).consume({ target, deadLetter: { target: dead } }, () => undefined);
    await new Promise((resolve) => consumer.on("processed", resolve));
    const [after] = await readMessages(broker, dead);
    expect(after?.message.headers).toMatchObject({
      h: [Buffer.from("1"), Buffer.from("2")],
      "dead-letter-reason": Buffer.from("invalid"),
    });
  });
});

describe("a dead letter that is too large with its headers", () => {
  const maxBatchBytes = 2_000;
  const overhead = 61 + 40;
  const large = (bytes: number) => Buffer.alloc(bytes, 0xff);
  it.each([
    [
      "loses what is said beside it",
      { value: large(maxBatchBytes - overhead - 60), headers: { h: "kept" } },
      "kept",
    ],
    ["loses its own headers last", { value: large(1_000), headers: { h: large(1_000) } }, undefined],
    ["loses the same of texts", { value: "x".repeat(1_000), headers: { h: "x".repeat(1_000) } }, undefined],
  ])("%s", async (_what, written, kept) => {
    const broker = await openBroker({ topics: { [target]: 1, [dead]: 1 } });
    await write(broker, [{ key: "k", ...written } as Written]);
    const bus = openBus(broker, { maxBatchBytes });
    const consumer = bus.consume({ target, deadLetter: { target: dead } }, () => undefined);
    await new Promise((resolve) => consumer.on("processed", resolve));
    const [after] = await readMessages(broker, dead);
    expect(after?.message.key).toEqual(Buffer.from("k"));
    expect(after?.message.value).toEqual(Buffer.from(written.value));
    const headers = Object.entries(after?.message.headers ?? {}).map(([name, value]) => [
      name,
      String(value),
    ]);
    expect(Object.fromEntries(headers)).toEqual({
      "dead-letter-reason": "invalid",
      ...(kept === undefined ? { "dead-letter-headers": "cut" } : { h: kept }),
    });
  });
});

describe("what was received of Kafka", () => {
  async function receive(bus: KafkaMessageBus | MemoryMessageBus): Promise<Received> {
    const received = await bus.receiveMessage({ target, timeoutMs: 60_000 });
    if (received === undefined) throw new Error("nothing was received");
    return received;
  }

  it("is there as texts and as bytes", async () => {
    const broker = await openBroker({ topics: { [target]: 1 } });
    await write(broker, [
      { key: notUtf8, value: notUtf8, headers: { h: [notUtf8, "two"] } },
      { key: "k", value: "{}", headers: { h: "text" } },
      { key: null, value: null },
    ]);
    const bus = openBus(broker);
    const [first, second, third] = [await receive(bus), await receive(bus), await receive(bus)];
    expect(first).toMatchObject({ raw: notUtf8.toString("utf8"), headers: { h: "two" } });
    expect(first.rawBytes).toEqual(notUtf8);
    expect(first.rawKey).toEqual(notUtf8);
    expect(first.rawHeaders).toEqual([
      { name: "h", nameBytes: Buffer.from("h"), value: notUtf8 },
      { name: "h", nameBytes: Buffer.from("h"), value: Buffer.from("two") },
    ]);
    expect(first.kind === "invalid" && first.error.message).toMatch(/UTF-8/);
    expect(second).toMatchObject({ raw: "{}", key: "k", headers: { h: "text" } });
    expect(second.rawBytes).toEqual(Buffer.from("{}"));
    expect(second.rawKey).toEqual(Buffer.from("k"));
    expect(second.rawHeaders).toEqual([
      { name: "h", nameBytes: Buffer.from("h"), value: Buffer.from("text") },
    ]);
    expect(third).toMatchObject({ raw: "", rawBytes: undefined, rawKey: undefined, rawHeaders: [] });
    expect(third.kind === "invalid" && third.error.message).toMatch(/tombstone/);
  });

  it("keeps its bytes over another try, for whoever writes dead letters", async () => {
    const broker = await openBroker({ topics: { [target]: 1 } });
    await write(broker, [{ key: "", value: notUtf8 }]);
    const bodies: unknown[] = [];
    const sink = async ({ delivery }: { delivery: { received: Received } }) => {
      bodies.push(delivery.received.rawBytes, delivery.received.rawKey);
      if (bodies.length < 4) throw new Error("the place is down");
    };
    const deadLetter = { sink: sink as never };
    const consumer = openBus(broker).consume(
      { target, deadLetter, retry: { baseDelayMs: 1 } },
      () => undefined,
    );
    while (bodies.length < 4) await new Promise((resolve) => setImmediate(resolve));
    await consumer.close();
    expect(bodies).toEqual([notUtf8, Buffer.alloc(0), notUtf8, Buffer.alloc(0)]);
  });

  it("is the same on the bus in memory", async () => {
    const bus = new Memory({ logger: silentLogger });
    closeAtTheEnd(bus);
    bus.consume({ target: "bytes", deadLetter: { target } }, () => undefined);
    await bus.sendText(notUtf8, { target: "bytes", key: "k", headers: { h: "text" } });
    const received = await receive(bus);
    expect(received.rawBytes).toEqual(notUtf8);
    expect(received.rawKey).toEqual(Buffer.from("k"));
    expect(received.headers).toMatchObject({ h: "text", "dead-letter-reason": "invalid" });
    expect(received.kind === "invalid" && received.error.message).toMatch(/UTF-8/);
  });
});
