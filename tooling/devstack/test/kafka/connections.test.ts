import { fileURLToPath } from "node:url";
import { describe, expect, it, jest } from "@jest/globals";
import { runTypeScript } from "@wirekit/test-support/run-typescript";
import { at, batch } from "../../src/kafka/conformance/batches.ts";
import type { RawClient } from "../../src/kafka/conformance/raw-client.ts";
import { startKafka } from "../../src/kafka/index.ts";
import { broker, client, producer, raw, reader, until } from "./support.ts";

const topics = { payments: 1 };

describe("one connection", () => {
  it("is answered in the order in which it asked, a fetch that waits included", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    const other = await raw(kafka);
    sendFetch(connection, { maxWaitMs: 600_000 });
    connection.send("ApiVersions", 0, {});
    await until(() => kafka.counts.requests.Fetch === 1);
    await other.request("ApiVersions", 0, {});
    await produce(other);
    const correlationIds = [await connection.frame(), await connection.frame()].map((frame) =>
      frame === "closed" ? frame : frame.readInt32BE(0),
    );
    expect(correlationIds).toEqual([1, 2]);
  });

  it("that ends takes with it what waited for it", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    sendFetch(connection, { maxWaitMs: 600_000 });
    await until(() => kafka.counts.requests.Fetch === 1);
    connection.close();
    await until(() => kafka.openConnections === 0);
  });

  it("can send one request in any number of pieces, and any number of requests in one", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    const request = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff]);
    for (const byte of request) connection.write(Buffer.from([byte]));
    connection.write(Buffer.concat([request, request, request]));
    for (let answered = 0; answered < 4; answered += 1)
      expect((await connection.frame()).slice(0, 4)).toEqual(Buffer.from([0, 0, 0, 7]));
  });
});

describe("a record batch", () => {
  it("is served byte for byte as it came, but for its offset and leader epoch, whatever is in it", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    await produce(connection);
    const zstdNobodyCanRead = batch({
      values: ["a", "b"],
      change: (bytes) => {
        bytes.writeInt16BE(4, at.attributes);
        bytes.fill(0x5a, at.records);
      },
    });
    const partitions = [{ index: 0, records: zstdNobodyCanRead }];
    const request = { acks: -1, timeoutMs: 1_000, topics: [{ name: "payments", partitions }] };
    expect(await connection.request("Produce", 7, request)).toMatchObject({
      topics: [{ partitions: [{ errorCode: 0, baseOffset: 1n }] }],
    });
    const fetched = await connection.request("Fetch", 11, fetchBody({ maxWaitMs: 0, fetchOffset: 1n }));
    const expected = Buffer.from(zstdNobodyCanRead);
    expected.writeBigInt64BE(1n, at.baseOffset);
    expected.writeInt32BE(0, 12);
    expect(fetched).toMatchObject({ topics: [{ partitions: [{ records: expected }] }] });
  });
});

describe("the counts", () => {
  it("tell how often each API was asked and how many connections came, from then on", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    await produce(connection);
    await produce(connection);
    expect(kafka.counts).toMatchObject({ connections: 1, requests: { Produce: 2, Fetch: 0 } });
    kafka.resetCounts();
    await fetch(connection, { maxWaitMs: 0 });
    expect(kafka.counts).toMatchObject({ connections: 0, requests: { Produce: 0, Fetch: 1 } });
    expect(kafka.openConnections).toBe(1);
  });
});

describe("a topic that goes away", () => {
  it("is reported at once to a fetch that waits for it", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    const fetching = fetch(connection, { maxWaitMs: 600_000 });
    await until(() => kafka.counts.requests.Fetch === 1);
    kafka.deleteTopic("payments");
    expect(await fetching).toMatchObject({ topics: [{ partitions: [{ errorCode: 3 }] }] });
  });

  it("takes along what groups had committed for it", async () => {
    const kafka = await broker({ topics });
    const connection = await raw(kafka);
    const partitions = [{ index: 0, offset: 5n, metadata: null }];
    await connection.request("OffsetCommit", 5, { groupId: "g", topics: [{ name: "payments", partitions }] });
    const committed = () => connection.request("OffsetFetch", 4, { groupId: "g", topics: null });
    expect(await committed()).toMatchObject({ topics: [{ name: "payments" }] });
    kafka.deleteTopic("payments");
    kafka.createTopic("payments");
    expect(await committed()).toMatchObject({ topics: [] });
  });
});

describe("a cluster of three", () => {
  it("is used as a whole by producers and consumers", async () => {
    const kafka = await broker({ nodes: 3, topics: { payments: 6 } });
    expect(
      new Set([0, 1, 2, 3, 4, 5].map((partition) => kafka.leaderOf({ topic: "payments", partition }))),
    ).toEqual(new Set([1, 2, 3]));
    const programs = client(kafka);
    const { values } = await reader(programs, { topic: "payments" });
    const sender = await producer(programs);
    const messages = Array.from({ length: 60 }, (_, index) => ({ partition: index % 6, value: `${index}` }));
    await sender.send({ topic: "payments", messages });
    await until(() => values.length === 60);
    expect(new Set(values).size).toBe(60);
  });

  it("goes on without one of its nodes, as far as that one is not needed", async () => {
    const kafka = await broker({ nodes: 2, topics: { payments: 2 } });
    const sender = await producer(client(kafka));
    const node = kafka.leaderOf({ topic: "payments", partition: 0 });
    const other = kafka.leaderOf({ topic: "payments", partition: 1 });
    kafka.goOffline({ nodeId: node });
    await sender.send({ topic: "payments", messages: [{ partition: 1, value: "v" }] });
    kafka.moveLeader({ topic: "payments", partition: 0, toNode: other });
    await sender.send({ topic: "payments", messages: [{ partition: 0, value: "v" }] });
    kafka.comeOnline({ nodeId: node });
  });
});

describe("closing", () => {
  it("ends every connection and every wait, and leaves nothing that keeps the process alive", async () => {
    const packageDirectory = fileURLToPath(new URL("../..", import.meta.url));
    const program = `import "../../test/kafka/start-and-close.ts";`;
    // A process that does not end by itself is killed, and the call rejects.
    expect(await runTypeScript(program, { packageDirectory })).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("keeps the latest records, so many bytes of them, and begins where they begin", async () => {
    const warn = jest.spyOn(process, "emitWarning").mockImplementation(() => {});
    const kafka = await broker({ topics: { payments: 1 }, maxLogBytes: 50_000 });
    const sender = await producer(client(kafka));
    const value = "x".repeat(1_000);
    for (let sent = 0; sent < 100; sent += 1)
      await sender.send({ topic: "payments", messages: [{ value: `${value}${sent}` }] });
    const { bytes, forgottenBytes } = kafka.log;
    expect(bytes).toBeLessThanOrEqual(50_000);
    expect(forgottenBytes).toBeGreaterThan(50_000);
    const { values } = await reader(client(kafka), { topic: "payments" });
    await until(() => values.at(-1) === `${value}99`);
    expect(values.length).toBeGreaterThan(30);
    expect(values.length).toBeLessThan(60);
    expect(warn).toHaveBeenCalledTimes(1);
    warn.mockRestore();
  });

  it("frees the ports, and a port that is taken is an error", async () => {
    const first = await broker();
    const ports = [Number(first.addresses[0]?.split(":")[1])];
    const taken = new RegExp(`port ${ports[0]}, which the option ports\\[1\\] asks for: it is taken`);
    const refused = startKafka({ nodes: 2, ports: [0, ...ports] });
    await expect(refused).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: expect.stringMatching(taken),
    });
    await first.close();
    await (await startKafka({ ports })).close();
  });
});

interface FetchOptions {
  readonly maxWaitMs: number;
  readonly fetchOffset?: bigint;
}

function fetchBody({ maxWaitMs, fetchOffset = 0n }: FetchOptions) {
  const partitions = [{ index: 0, fetchOffset, maxBytes: 1_000 }];
  return { replicaId: -1, maxWaitMs, minBytes: 1, topics: [{ name: "payments", partitions }] };
}

function sendFetch(connection: RawClient, options: FetchOptions): void {
  connection.send("Fetch", 11, fetchBody(options));
}

function fetch(connection: RawClient, options: FetchOptions) {
  return connection.request("Fetch", 11, fetchBody(options));
}

function produce(connection: RawClient) {
  const partitions = [{ index: 0, records: batch({ values: ["v"] }) }];
  return connection.request("Produce", 7, {
    acks: -1,
    timeoutMs: 1_000,
    topics: [{ name: "payments", partitions }],
  });
}
