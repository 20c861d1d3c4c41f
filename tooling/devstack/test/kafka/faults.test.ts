import { describe, expect, it } from "@jest/globals";
import type { Fault, Kafka } from "../../src/kafka/index.ts";
import { broker, client, endOffset, failureOf, producer, reader, until } from "./support.ts";

const topics = { payments: 1 };
const once = { retry: { retries: 0 } };
const send = { topic: "payments", messages: [{ value: "v" }] };

describe("a producer", () => {
  it("asks again who leads when it is told that a node does not lead, and loses nothing", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    kafka.faults.next("Produce", { kind: "error", error: "NOT_LEADER_OR_FOLLOWER" }, { times: 2 });
    const before = kafka.counts.requests.Metadata;
    await sender.send(send);
    expect(kafka.counts.requests.Produce).toBe(3);
    expect(kafka.counts.requests.Metadata).toBeGreaterThan(before);
    expect(await endOffset(kafka, "payments")).toBe(1);
  });

  it.each<readonly [string, Fault, readonly string[], number]>([
    [
      "an error that is final",
      { kind: "error", error: "TOPIC_AUTHORIZATION_FAILED" },
      ["TOPIC_AUTHORIZATION_FAILED"],
      0,
    ],
    [
      "an error that comes after the record was written",
      { kind: "error", error: "NOT_ENOUGH_REPLICAS_AFTER_APPEND", when: "after" },
      ["KafkaJSNumberOfRetriesExceeded", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"],
      1,
    ],
    [
      "a connection that ends before the record is written",
      { kind: "drop", when: "before" },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSConnectionClosedError"],
      0,
    ],
    [
      "a connection that ends after the record was written",
      { kind: "drop", when: "after" },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSConnectionClosedError"],
      1,
    ],
    [
      "half of an answer",
      { kind: "truncate" },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSConnectionClosedError"],
      1,
    ],
    ["no answer", { kind: "withhold" }, ["KafkaJSNumberOfRetriesExceeded", "KafkaJSRequestTimeoutError"], 1],
    [
      "an answer that comes too late",
      { kind: "delay", delayMs: 60_000 },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSRequestTimeoutError"],
      0,
    ],
  ])("without retries learns of %s", async (_, fault, failure, written) => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka, { ...once, requestTimeout: 200 }));
    kafka.faults.next("Produce", fault);
    expect(await failureOf(sender.send(send))).toEqual(failure);
    expect(kafka.faults.left).toBe(0);
    expect(await endOffset(kafka, "payments")).toBe(written);
  });

  it("that gives up on a delayed request and sends again writes once", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka, { requestTimeout: 200 }));
    kafka.faults.next("Produce", { kind: "delay", delayMs: 60_000 });
    const sending = sender.send(send);
    await until(() => kafka.counts.requests.Produce === 1);
    kafka.faults.dropConnections();
    await sending;
    expect(await endOffset(kafka, "payments")).toBe(1);
  });

  it("that is not idempotent writes twice when the first answer is lost", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    kafka.faults.next("Produce", { kind: "drop", when: "after" });
    await sender.send(send);
    expect(await endOffset(kafka, "payments")).toBe(2);
  });

  it("that is idempotent writes once, however many answers are lost", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka), { idempotent: true, maxInFlightRequests: 1 });
    await sender.send(send);
    kafka.faults.next("Produce", { kind: "drop", when: "after" }, { times: 2 });
    const [sent] = await sender.send(send);
    expect(sent).toMatchObject({ errorCode: 0, baseOffset: "1" });
    expect(kafka.counts.requests.Produce).toBe(4);
    expect(await endOffset(kafka, "payments")).toBe(2);
  });

  it("that wants no acknowledgement learns of an error by the end of its connection", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    const connections = kafka.counts.connections;
    kafka.faults.next("Produce", { kind: "error", error: "NOT_LEADER_OR_FOLLOWER" });
    await sender.send({ ...send, acks: 0 });
    await until(() => kafka.faults.left === 0);
    await sender.send(send);
    expect(kafka.counts.connections).toBeGreaterThan(connections);
    expect(await endOffset(kafka, "payments")).toBe(1);
  });

  it("finds the leader of a partition that moved", async () => {
    const kafka = await broker({ nodes: 2, topics });
    const sender = await producer(client(kafka));
    await sender.send(send);
    kafka.faults.moveLeader({ topic: "payments", partition: 0 });
    await sender.send(send);
    expect(await endOffset(kafka, "payments")).toBe(2);
  });

  it("goes on when its connections end, and when the broker is away for a while", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    await sender.send(send);
    kafka.faults.dropConnections();
    await sender.send(send);
    kafka.faults.goOffline();
    const refused = kafka.counts.connections;
    const sending = sender.send(send);
    await until(() => kafka.openConnections === 0);
    kafka.faults.comeOnline();
    await sending;
    expect(kafka.counts.connections).toBeGreaterThan(refused);
    expect(await endOffset(kafka, "payments")).toBe(3);
  });
});

describe("a consumer", () => {
  it.each<readonly [string, Parameters<Kafka["faults"]["next"]>[0], Fault]>([
    ["no coordinator is there yet", "FindCoordinator", { kind: "error", error: "COORDINATOR_NOT_AVAILABLE" }],
    ["the coordinator is another one", "JoinGroup", { kind: "error", error: "NOT_COORDINATOR" }],
    [
      "the coordinator is loading the group",
      "JoinGroup",
      { kind: "error", error: "COORDINATOR_LOAD_IN_PROGRESS" },
    ],
    [
      "the group changes before it has its assignment",
      "SyncGroup",
      { kind: "error", error: "REBALANCE_IN_PROGRESS" },
    ],
    [
      "its committed offsets cannot be read yet",
      "OffsetFetch",
      { kind: "error", error: "COORDINATOR_LOAD_IN_PROGRESS" },
    ],
    ["its connection ends while it joins", "JoinGroup", { kind: "drop", when: "after" }],
    ["a fetch is answered by half", "Fetch", { kind: "truncate" }],
    [
      "a fetch goes to a node that does not lead",
      "Fetch",
      { kind: "error", error: "NOT_LEADER_OR_FOLLOWER" },
    ],
  ])("gets every record although %s", async (_, api, fault) => {
    const kafka = await broker({ topics });
    const programs = client(kafka);
    kafka.faults.next(api, fault);
    const { values } = await reader(programs, { topic: "payments" });
    const sender = await producer(programs);
    await sender.send({ topic: "payments", messages: ["a", "b", "c"].map((value) => ({ value })) });
    await until(() => values.length === 3);
    expect(values).toEqual(["a", "b", "c"]);
    expect(kafka.faults.left).toBe(0);
  });

  it.each<readonly [string, Fault]>([
    ["is told so", { kind: "error", error: "REBALANCE_IN_PROGRESS" }],
    ["is of an earlier generation", { kind: "error", error: "ILLEGAL_GENERATION" }],
  ])("joins again when a heartbeat tells it that it %s", async (_, fault) => {
    const kafka = await broker({ topics });
    const { assigned } = await reader(client(kafka), { topic: "payments" });
    kafka.faults.next("Heartbeat", fault);
    await until(() => assigned.length === 2);
    expect(assigned).toEqual([1, 1]);
  });

  it("joins again as somebody new when it was taken for gone", async () => {
    const kafka = await broker({ topics });
    const { assigned } = await reader(client(kafka), { topic: "payments" });
    const memberId = kafka.group("group")?.leaderId ?? "";
    kafka.faults.expireMember({ groupId: "group", memberId });
    await until(() => assigned.length === 2);
    expect(kafka.group("group")?.members).toEqual([expect.not.objectContaining({ memberId })]);
  });

  it("joins again when the coordinator wants it to", async () => {
    const kafka = await broker({ topics });
    const { assigned } = await reader(client(kafka), { topic: "payments" });
    kafka.faults.rebalance("group");
    await until(() => assigned.length === 2);
    await until(() => kafka.group("group")?.state === "Stable");
    expect(kafka.group("group")?.generationId).toBe(2);
  });

  it("goes on with the next coordinator of its group", async () => {
    const kafka = await broker({ nodes: 3, topics });
    const programs = client(kafka);
    const { values, assigned } = await reader(programs, { topic: "payments" });
    const former = kafka.coordinatorOf("group");
    const asked = kafka.counts.requests.FindCoordinator;
    kafka.faults.moveCoordinator({ groupId: "group" });
    expect(kafka.coordinatorOf("group")).not.toBe(former);
    const sender = await producer(programs);
    await sender.send(send);
    await until(() => values.length === 1 && kafka.counts.requests.FindCoordinator > asked);
    await until(() => kafka.group("group")?.state === "Stable");
    expect(assigned.at(-1)).toBe(1);
  });

  it("reads on from the next leader", async () => {
    const kafka = await broker({ nodes: 3, topics });
    const programs = client(kafka);
    const { values } = await reader(programs, { topic: "payments" });
    const sender = await producer(programs);
    await sender.send(send);
    await until(() => values.length === 1);
    kafka.faults.moveLeader({ topic: "payments", partition: 0 });
    await sender.send(send);
    await until(() => values.length === 2);
  });

  it("begins where the records begin when those that it wants are gone", async () => {
    const kafka = await broker({ topics });
    const programs = client(kafka);
    const sender = await producer(programs);
    for (const value of ["a", "b", "c"]) await sender.send({ topic: "payments", messages: [{ value }] });
    kafka.faults.deleteRecords({ topic: "payments", partition: 0, before: 2n });
    const { values, consumer } = await reader(programs, { topic: "payments" });
    await until(() => values.length === 1);
    consumer.seek({ topic: "payments", partition: 0, offset: "0" });
    await until(() => values.length === 2);
    expect(values).toEqual(["c", "c"]);
  });

  it("is not disturbed by what happens to another client", async () => {
    const kafka = await broker({ topics });
    kafka.faults.next(
      "Heartbeat",
      { kind: "error", error: "UNKNOWN_MEMBER_ID" },
      { clientId: "other", times: 9 },
    );
    const { assigned } = await reader(client(kafka, { clientId: "mine" }), { topic: "payments" });
    const before = kafka.counts.requests.Heartbeat;
    await until(() => kafka.counts.requests.Heartbeat > before + 2);
    expect(assigned).toHaveLength(1);
    expect(kafka.faults.left).toBe(9);
    kafka.faults.clear();
    expect(kafka.faults.left).toBe(0);
  });
});

describe("a fault without a request that it fits", () => {
  it("cannot move what is on the only node there is", async () => {
    const kafka = await broker({ topics });
    expect(() => kafka.faults.moveLeader({ topic: "payments", partition: 0 })).toThrow("nothing can move");
    expect(() => kafka.faults.moveCoordinator({ groupId: "group" })).toThrow("nothing can move");
    expect(() => kafka.faults.moveLeader({ topic: "unknown", partition: 0 })).toThrow(
      "UNKNOWN_TOPIC_OR_PARTITION",
    );
  });
});
