import { describe, expect, it } from "@jest/globals";
import type { ApiName, KafkaFault } from "../../src/kafka/index.ts";
import { broker, client, endOffset, failureOf, producer, reader, until } from "./support.ts";

const topics = { payments: 1 };
const once = { retry: { retries: 0 } };
const send = { topic: "payments", messages: [{ value: "v" }] };

describe("a producer", () => {
  it("asks again who leads when it is told that a node does not lead, and loses nothing", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    kafka.faults.next({ kind: "error", code: "NOT_LEADER_OR_FOLLOWER" }, { on: "Produce", times: 2 });
    const before = kafka.counts.requests.Metadata;
    await sender.send(send);
    expect(kafka.counts.requests.Produce).toBe(3);
    expect(kafka.counts.requests.Metadata).toBeGreaterThan(before);
    expect(await endOffset(kafka, "payments")).toBe(1);
  });

  it.each<readonly [string, KafkaFault, readonly string[], number]>([
    [
      "an error that is final",
      { kind: "error", code: "TOPIC_AUTHORIZATION_FAILED" },
      ["TOPIC_AUTHORIZATION_FAILED"],
      0,
    ],
    [
      "an error that comes after the record was written",
      { kind: "error", code: "NOT_ENOUGH_REPLICAS_AFTER_APPEND", before: "answer" },
      ["KafkaJSNumberOfRetriesExceeded", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"],
      1,
    ],
    [
      "a connection that ends before the record is written",
      { kind: "close", before: "apply" },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSConnectionClosedError"],
      0,
    ],
    [
      "a connection that ends after the record was written",
      { kind: "close", before: "answer" },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSConnectionClosedError"],
      1,
    ],
    [
      "half of an answer",
      { kind: "truncate" },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSConnectionClosedError"],
      1,
    ],
    ["no answer", { kind: "no-answer" }, ["KafkaJSNumberOfRetriesExceeded", "KafkaJSRequestTimeoutError"], 1],
    [
      "an answer that comes too late",
      { kind: "hold", before: "apply", forMs: 60_000 },
      ["KafkaJSNumberOfRetriesExceeded", "KafkaJSRequestTimeoutError"],
      0,
    ],
  ])("without retries learns of %s", async (_, fault, failure, written) => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka, { ...once, requestTimeout: 200 }));
    kafka.faults.next(fault, { on: "Produce" });
    expect(await failureOf(sender.send(send))).toEqual(failure);
    expect(kafka.faults.pending).toBe(0);
    expect(await endOffset(kafka, "payments")).toBe(written);
  });

  it("that gives up on a delayed request and sends again writes once", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka, { requestTimeout: 200 }));
    kafka.faults.next({ kind: "hold", before: "apply", forMs: 60_000 }, { on: "Produce" });
    const sending = sender.send(send);
    await until(() => kafka.counts.requests.Produce === 1);
    kafka.dropConnections();
    await sending;
    expect(await endOffset(kafka, "payments")).toBe(1);
  });

  it("that is not idempotent writes twice when the first answer is lost", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    kafka.faults.next({ kind: "close", before: "answer" }, { on: "Produce" });
    await sender.send(send);
    expect(await endOffset(kafka, "payments")).toBe(2);
  });

  it("that is idempotent writes once, however many answers are lost", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka), { idempotent: true, maxInFlightRequests: 1 });
    await sender.send(send);
    kafka.faults.next({ kind: "close", before: "answer" }, { on: "Produce", times: 2 });
    const [sent] = await sender.send(send);
    expect(sent).toMatchObject({ errorCode: 0, baseOffset: "1" });
    expect(kafka.counts.requests.Produce).toBe(4);
    expect(await endOffset(kafka, "payments")).toBe(2);
  });

  it("that wants no acknowledgement learns of an error by the end of its connection", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    const connections = kafka.counts.connections;
    kafka.faults.next({ kind: "error", code: "NOT_LEADER_OR_FOLLOWER" }, { on: "Produce" });
    await sender.send({ ...send, acks: 0 });
    await until(() => kafka.faults.pending === 0);
    await sender.send(send);
    expect(kafka.counts.connections).toBeGreaterThan(connections);
    expect(await endOffset(kafka, "payments")).toBe(1);
  });

  it("finds the leader of a partition that moved", async () => {
    const kafka = await broker({ nodes: 2, topics });
    const sender = await producer(client(kafka));
    await sender.send(send);
    kafka.moveLeader({ topic: "payments", partition: 0 });
    await sender.send(send);
    expect(await endOffset(kafka, "payments")).toBe(2);
  });

  it("goes on when its connections end, and when the broker is away for a while", async () => {
    const kafka = await broker({ topics });
    const sender = await producer(client(kafka));
    await sender.send(send);
    kafka.dropConnections();
    await sender.send(send);
    kafka.goOffline();
    const refused = kafka.counts.connections;
    const sending = sender.send(send);
    await until(() => kafka.openConnections === 0);
    kafka.comeOnline();
    await sending;
    expect(kafka.counts.connections).toBeGreaterThan(refused);
    expect(await endOffset(kafka, "payments")).toBe(3);
  });
});

describe("a consumer", () => {
  it.each<readonly [string, ApiName, KafkaFault]>([
    ["no coordinator is there yet", "FindCoordinator", { kind: "error", code: "COORDINATOR_NOT_AVAILABLE" }],
    ["the coordinator is another one", "JoinGroup", { kind: "error", code: "NOT_COORDINATOR" }],
    [
      "the coordinator is loading the group",
      "JoinGroup",
      { kind: "error", code: "COORDINATOR_LOAD_IN_PROGRESS" },
    ],
    [
      "the group changes before it has its assignment",
      "SyncGroup",
      { kind: "error", code: "REBALANCE_IN_PROGRESS" },
    ],
    [
      "its committed offsets cannot be read yet",
      "OffsetFetch",
      { kind: "error", code: "COORDINATOR_LOAD_IN_PROGRESS" },
    ],
    ["its connection ends while it joins", "JoinGroup", { kind: "close", before: "answer" }],
    ["a fetch is answered by half", "Fetch", { kind: "truncate" }],
    ["a fetch goes to a node that does not lead", "Fetch", { kind: "error", code: "NOT_LEADER_OR_FOLLOWER" }],
  ])("gets every record although %s", async (_, api, fault) => {
    const kafka = await broker({ topics });
    const programs = client(kafka);
    kafka.faults.next(fault, { on: api });
    const { values } = await reader(programs, { topic: "payments" });
    const sender = await producer(programs);
    await sender.send({ topic: "payments", messages: ["a", "b", "c"].map((value) => ({ value })) });
    await until(() => values.length === 3);
    expect(values).toEqual(["a", "b", "c"]);
    expect(kafka.faults.pending).toBe(0);
  });

  it.each<readonly [string, KafkaFault]>([
    ["is told so", { kind: "error", code: "REBALANCE_IN_PROGRESS" }],
    ["is of an earlier generation", { kind: "error", code: "ILLEGAL_GENERATION" }],
  ])("joins again when a heartbeat tells it that it %s", async (_, fault) => {
    const kafka = await broker({ topics });
    const { assigned } = await reader(client(kafka), { topic: "payments" });
    kafka.faults.next(fault, { on: "Heartbeat" });
    await until(() => assigned.length === 2);
    expect(assigned).toEqual([1, 1]);
  });

  it("joins again as somebody new when it was taken for gone", async () => {
    const kafka = await broker({ topics });
    const { assigned } = await reader(client(kafka), { topic: "payments" });
    const memberId = kafka.group("group")?.leaderId ?? "";
    kafka.expireMember({ groupId: "group", memberId });
    await until(() => assigned.length === 2);
    expect(kafka.group("group")?.members).toEqual([expect.not.objectContaining({ memberId })]);
  });

  it("joins again when the coordinator wants it to", async () => {
    const kafka = await broker({ topics });
    const { assigned } = await reader(client(kafka), { topic: "payments" });
    kafka.rebalance("group");
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
    kafka.moveCoordinator({ groupId: "group" });
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
    kafka.moveLeader({ topic: "payments", partition: 0 });
    await sender.send(send);
    await until(() => values.length === 2);
  });

  it("begins where the records begin when those that it wants are gone", async () => {
    const kafka = await broker({ topics });
    const programs = client(kafka);
    const sender = await producer(programs);
    for (const value of ["a", "b", "c"]) await sender.send({ topic: "payments", messages: [{ value }] });
    kafka.deleteRecords({ topic: "payments", partition: 0, before: 2n });
    const { values, consumer } = await reader(programs, { topic: "payments" });
    await until(() => values.length === 1);
    consumer.seek({ topic: "payments", partition: 0, offset: "0" });
    await until(() => values.length === 2);
    expect(values).toEqual(["c", "c"]);
  });

  it("is not disturbed by what happens to another client", async () => {
    const kafka = await broker({ topics });
    kafka.faults.next(
      { kind: "error", code: "UNKNOWN_MEMBER_ID" },
      { on: { api: "Heartbeat", clientId: "other" }, times: 9 },
    );
    const { assigned } = await reader(client(kafka, { clientId: "mine" }), { topic: "payments" });
    const before = kafka.counts.requests.Heartbeat;
    await until(() => kafka.counts.requests.Heartbeat > before + 2);
    expect(assigned).toHaveLength(1);
    expect(kafka.faults.pending).toBe(9);
    kafka.faults.clear();
    expect(kafka.faults.pending).toBe(0);
  });
});

describe("an action without anything that it fits", () => {
  it("cannot move what is on the only node there is", async () => {
    const kafka = await broker({ topics });
    expect(() => kafka.moveLeader({ topic: "payments", partition: 0 })).toThrow("nothing can move");
    expect(() => kafka.moveCoordinator({ groupId: "group" })).toThrow("nothing can move");
    expect(() => kafka.moveLeader({ topic: "unknown", partition: 0 })).toThrow("UNKNOWN_TOPIC_OR_PARTITION");
  });
});
