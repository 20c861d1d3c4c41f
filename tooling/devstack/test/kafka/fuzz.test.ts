import { describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { batch } from "../../src/kafka/conformance/batches.ts";
import { RawClient, writeRequest } from "../../src/kafka/conformance/raw-client.ts";
import type { Kafka } from "../../src/kafka/index.ts";
import { type ApiName, layouts } from "../../src/kafka/protocol/layouts.ts";
import { broker, endOffset, raw } from "./support.ts";

const many = scale({ small: 2_000, full: 100_000 });
const topics = { payments: 1 };
const users = { alice: "open sesame" };

const one = { index: 0, records: batch({ values: ["v"] }) };
const identity = { groupId: "g", generationId: 1, memberId: "m" };
const topic = (partition: object) => [{ name: "payments", partitions: [partition] }] as never;

/** A good request of each API, to be spoiled. */
const requests: readonly Buffer[] = [
  writeRequest("Produce", 7, 1, "c", { acks: -1, timeoutMs: 9, topics: topic(one) }),
  writeRequest("Fetch", 11, 1, "c", {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    topics: topic({ index: 0, fetchOffset: 0n, maxBytes: 9 }),
  }),
  writeRequest("ListOffsets", 3, 1, "c", { replicaId: -1, topics: topic({ index: 0, timestamp: 5n }) }),
  writeRequest("Metadata", 6, 1, "c", { topics: ["payments"] }),
  writeRequest("OffsetCommit", 5, 1, "c", {
    ...identity,
    topics: topic({ index: 0, offset: 1n, metadata: "m" }),
  }),
  writeRequest("OffsetFetch", 4, 1, "c", { groupId: "g", topics: [{ name: "payments", partitions: [0] }] }),
  writeRequest("FindCoordinator", 2, 1, "c", { key: "g" }),
  writeRequest("JoinGroup", 5, 1, "c", {
    ...identity,
    sessionTimeoutMs: 10_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: Buffer.from("m") }],
  }),
  writeRequest("Heartbeat", 3, 1, "c", identity),
  writeRequest("LeaveGroup", 3, 1, "c", {
    groupId: "g",
    members: [{ memberId: "m", groupInstanceId: null }],
  }),
  writeRequest("SyncGroup", 3, 1, "c", {
    ...identity,
    assignments: [{ memberId: "m", assignment: Buffer.from("a") }],
  }),
  writeRequest("SaslHandshake", 1, 1, "c", { mechanism: "PLAIN" }),
  writeRequest("SaslAuthenticate", 1, 1, "c", { authBytes: Buffer.from("\0bob\0guess") }),
  writeRequest("ApiVersions", 2, 1, "c", {}),
  writeRequest("CreateTopics", 3, 1, "c", {
    topics: [{ name: "t", partitionCount: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs: 9,
  }),
  writeRequest("DeleteTopics", 1, 1, "c", { topicNames: ["t"], timeoutMs: 9 }),
  writeRequest("InitProducerId", 1, 1, "c", { transactionalId: null, transactionTimeoutMs: 9 }),
];

const noise = fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes));
const spoiled = fc
  .tuple(
    fc.constantFrom(...requests),
    fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 6 }),
  )
  .map(([request, changes]) => {
    const bytes = Buffer.from(request);
    // The size stays right: what is spoiled is what the frame holds.
    for (const [place, value] of changes) bytes.writeUInt8(value, 4 + (place % (bytes.length - 4)));
    return bytes;
  });
const knownApis = Object.entries(layouts) as readonly (readonly [ApiName, (typeof layouts)[ApiName]])[];
const headed = fc
  .tuple(fc.constantFrom(...knownApis.map(([, { key }]) => key)), fc.integer({ min: -1, max: 12 }), noise)
  .map(([key, version, body]) => {
    const header = Buffer.alloc(10);
    header.writeInt16BE(key, 0);
    header.writeInt16BE(version, 2);
    header.writeInt16BE(-1, 8);
    return framed(Buffer.concat([header, body]));
  });
const absurd = fc
  .tuple(fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: 104_857_601 })), noise)
  .map(([size, rest]) => {
    const announcement = Buffer.alloc(4);
    announcement.writeInt32BE(size);
    return Buffer.concat([announcement, rest]);
  });
const anything = fc.oneof(
  { arbitrary: spoiled, weight: 4 },
  { arbitrary: headed, weight: 3 },
  { arbitrary: noise.map(framed), weight: 1 },
  { arbitrary: noise, weight: 1 },
  { arbitrary: absurd, weight: 1 },
);

describe.each([
  ["where anybody may come", { topics }, many],
  ["where clients have to log in", { topics, securityProtocol: "SASL_PLAINTEXT", users }, many / 10],
] as const)("a broker %s", (_, options, frames) => {
  it(`closes a connection that makes no sense, and nothing else, over ${frames} frames`, async () => {
    const kafka = await broker(options);
    const bystander = await raw(kafka);
    const attacker = new Attacker(kafka);
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        await attacker.send(bytes);
        // That the bystander is answered shows that the broker has got past what was sent.
        asked += 1;
        const answer = await bystander.request("ApiVersions", 2, {}, "bystander");
        if (answer === "closed" || answer.errorCode !== 0) throw new Error("the bystander got no answer");
      }),
      { numRuns: frames },
    );
    attacker.close();
    expect(asked).toBe(frames);
    expect(attacker.closedByBroker).toBeGreaterThan(frames / 20);
    expect(kafka.counts.requests.ApiVersions).toBeGreaterThanOrEqual(frames);
    if (!("users" in options)) expect(await endOffset(kafka, "payments")).toBeGreaterThanOrEqual(0);
  }, 600_000);
});

/** Sends on one connection until that is closed, then on the next. */
class Attacker {
  readonly #kafka: Kafka;
  #connection: RawClient | undefined;
  #sent = 0;
  closedByBroker = 0;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  async send(bytes: Buffer): Promise<void> {
    const connection = await this.#open();
    connection.write(bytes);
    this.#sent += 1;
    // Bytes that announce more than there is, or ask to wait, would hold up all that follows on their
    // connection.
    if (this.#sent % 5 === 0) this.close();
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  async #open(): Promise<RawClient> {
    if (this.#connection?.state === "closed") this.closedByBroker += 1;
    if (this.#connection === undefined || this.#connection.state === "closed")
      this.#connection = await RawClient.open(this.#kafka.addresses[0] ?? "");
    return this.#connection;
  }
}

function framed(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}
