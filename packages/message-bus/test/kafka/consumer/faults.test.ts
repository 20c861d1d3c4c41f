import { describe, expect } from "@jest/globals";
import { WirekitError } from "@wirekit/core";
import type { ApiName, ErrorFault, ErrorName, KafkaFault } from "@wirekit/devstack/kafka";
import type { OffsetReset } from "../../../src/kafka/kafka-driver.ts";
import { eachSideBySide, itSideBySide } from "../side-by-side.ts";
import { broker, committed, consume, produce, until } from "./support.ts";

const topics = { payments: 1 };

function numbered(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => ({ key: `k${index % 7}`, value: String(from + index) }));
}

/** Values in the order in which they were handled, without those that came twice. */
function once(handled: readonly string[]): number[] {
  return [...new Set(handled)].map(Number).sort((one, other) => one - other);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("a request that goes wrong", () => {
  const answers = (...errors: string[]) =>
    errors.map((error) => ({ kind: "error", code: error }) as KafkaFault);
  const breaks: readonly KafkaFault[] = [
    { kind: "close", before: "apply" },
    { kind: "close", before: "answer" },
    { kind: "truncate" },
  ];
  const faults: readonly (readonly [ApiName, readonly KafkaFault[]])[] = [
    ["Metadata", [...answers("LEADER_NOT_AVAILABLE", "UNKNOWN_TOPIC_OR_PARTITION"), ...breaks]],
    ["FindCoordinator", [...answers("COORDINATOR_NOT_AVAILABLE"), ...breaks, { kind: "no-answer" }]],
    [
      "JoinGroup",
      [
        ...answers(
          "NOT_COORDINATOR",
          "COORDINATOR_LOAD_IN_PROGRESS",
          "UNKNOWN_MEMBER_ID",
          "REBALANCE_IN_PROGRESS",
        ),
        { kind: "close", before: "apply" },
      ],
    ],
    ["SyncGroup", [...answers("REBALANCE_IN_PROGRESS", "NOT_COORDINATOR", "UNKNOWN_MEMBER_ID"), ...breaks]],
    [
      "OffsetFetch",
      [...answers("NOT_COORDINATOR", "COORDINATOR_LOAD_IN_PROGRESS"), ...breaks, { kind: "no-answer" }],
    ],
    [
      "ListOffsets",
      [...answers("NOT_LEADER_OR_FOLLOWER", "LEADER_NOT_AVAILABLE"), ...breaks, { kind: "no-answer" }],
    ],
    [
      "Fetch",
      [
        ...answers(
          "NOT_LEADER_OR_FOLLOWER",
          "UNKNOWN_TOPIC_OR_PARTITION",
          "CORRUPT_MESSAGE",
          "UNKNOWN_SERVER_ERROR",
        ),
        ...breaks,
        { kind: "no-answer" },
        { kind: "hold", before: "apply", forMs: 200 },
      ],
    ],
    [
      "OffsetCommit",
      [
        ...answers(
          "NOT_COORDINATOR",
          "COORDINATOR_LOAD_IN_PROGRESS",
          "ILLEGAL_GENERATION",
          "UNKNOWN_MEMBER_ID",
        ),
        ...answers("REBALANCE_IN_PROGRESS"),
        ...breaks,
        { kind: "no-answer" },
      ],
    ],
    [
      "Heartbeat",
      [
        ...answers("NOT_COORDINATOR", "ILLEGAL_GENERATION", "UNKNOWN_MEMBER_ID", "REBALANCE_IN_PROGRESS"),
        ...breaks,
        { kind: "no-answer" },
      ],
    ],
  ];
  const cases = faults.flatMap(([api, list]) =>
    list.map((fault) => [api, describeFault(fault), fault] as const),
  );

  const nameOf = ([api, what]: (typeof cases)[number]) =>
    `${api} with ${what}: everything is handled and committed`;
  eachSideBySide(cases, nameOf, async ([api, _, fault]) => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(50));
    // A client waits for an answer that never comes as long as it is told to.
    kafka.faults.next(fault, { on: { api, clientId: "test" }, times: fault.kind === "no-answer" ? 1 : 2 });
    const handled: string[] = [];
    const { consumer } = consume(kafka, ({ body }) => handled.push(body), {
      member: { sessionTimeoutMs: 1_500, rebalanceTimeoutMs: 1_500 },
    });
    await until(() => once(handled).length === 50);
    await produce(kafka, numbered(50, 50));
    await until(() => once(handled).length === 100 && kafka.faults.pending === 0);
    await until(async () => (await committed(kafka)) === 100);
    expect(once(handled)).toEqual(upTo(100));
    await until(() => consumer.health().status === "ok");
  });
});

function describeFault(fault: KafkaFault): string {
  if (fault.kind === "error") return fault.code;
  return fault.kind === "close" ? `a connection that ends before its ${fault.before}` : fault.kind;
}

describe("a request that is refused for good", () => {
  const refusals: readonly (readonly [ApiName, ErrorFault<ErrorName>])[] = [
    ["JoinGroup", { kind: "error", code: "GROUP_AUTHORIZATION_FAILED" }],
    ["JoinGroup", { kind: "error", code: "INCONSISTENT_GROUP_PROTOCOL" }],
    ["FindCoordinator", { kind: "error", code: "GROUP_AUTHORIZATION_FAILED" }],
    ["OffsetFetch", { kind: "error", code: "GROUP_AUTHORIZATION_FAILED" }],
    ["Fetch", { kind: "error", code: "TOPIC_AUTHORIZATION_FAILED" }],
    ["Heartbeat", { kind: "error", code: "GROUP_AUTHORIZATION_FAILED" }],
    ["OffsetCommit", { kind: "error", code: "GROUP_AUTHORIZATION_FAILED" }],
  ];
  const nameOf = ([api, { code }]: (typeof refusals)[number]) =>
    `${api} with ${code}: the consumer stops by itself and says so`;
  eachSideBySide(refusals, nameOf, async ([api, fault]) => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(3));
    kafka.faults.next(fault, { on: { api, clientId: "test" }, times: 1_000 });
    const { consumer } = consume(kafka, () => undefined);
    await expect(consumer.closed).rejects.toThrow();
    expect(consumer.health().status).toBe("failed");
  });
});

describe("a refusal that passes ends no consumer", () => {
  const refusals: readonly (readonly [ApiName, string])[] = [
    ["JoinGroup", "GROUP_AUTHORIZATION_FAILED"],
    ["SyncGroup", "GROUP_AUTHORIZATION_FAILED"],
    ["JoinGroup", "INCONSISTENT_GROUP_PROTOCOL"],
    ["FindCoordinator", "GROUP_AUTHORIZATION_FAILED"],
    ["FindCoordinator", "COORDINATOR_NOT_AVAILABLE"],
    ["OffsetFetch", "GROUP_AUTHORIZATION_FAILED"],
    ["Fetch", "TOPIC_AUTHORIZATION_FAILED"],
    ["Metadata", "TOPIC_AUTHORIZATION_FAILED"],
    ["Heartbeat", "GROUP_AUTHORIZATION_FAILED"],
    ["OffsetCommit", "GROUP_AUTHORIZATION_FAILED"],
  ];
  const nameOf = ([api, error]: (typeof refusals)[number]) => `${api} with ${error}, three times`;
  eachSideBySide(refusals, nameOf, async ([api, error]) => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(3));
    kafka.faults.next({ kind: "error", code: error as never }, { on: { api, clientId: "test" }, times: 3 });
    const handled: string[] = [];
    const { consumer } = consume(kafka, ({ body }) => handled.push(body));
    await until(() => once(handled).length === 3 && kafka.faults.pending === 0);
    await until(async () => (await committed(kafka)) === 3);
    await until(() => consumer.health().status === "ok");
  });

  itSideBySide("names the step that was refused when it does not pass", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(3));
    const fault = { kind: "error", code: "TOPIC_AUTHORIZATION_FAILED" } as const;
    kafka.faults.next(fault, { on: { api: "Fetch", clientId: "test" }, times: 1_000 });
    const { consumer } = consume(kafka, () => undefined);
    await expect(consumer.closed).rejects.toThrow(/^Fetching: .*uthoriz/);
    expect(kafka.counts.requests.Fetch).toBe(5);
  });
});

describe("a broker that is away", () => {
  itSideBySide("at the start: it is told once, and once that it is back", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(20));
    kafka.goOffline();
    const handled: string[] = [];
    const told: string[] = [];
    const { consumer } = consume(kafka, ({ body }) => handled.push(body));
    consumer.on("fault", () => told.push("fault"));
    consumer.on("recovered", () => told.push("recovered"));
    await until(() => consumer.health().status === "degraded");
    kafka.comeOnline();
    await until(() => handled.length === 20 && consumer.health().status === "ok");
    expect(told).toEqual(["fault", "recovered"]);
  });

  itSideBySide(
    "in the middle: handlers go on, what they finish is committed, and nothing is lost",
    async () => {
      const kafka = await broker({ topics });
      await produce(kafka, numbered(30));
      const handled: string[] = [];
      let letGo: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      const { consumer, source } = consume(kafka, async ({ body }) => {
        if (Number(body) >= 10) await held;
        handled.push(body);
      });
      await until(() => source.details().partitions[0]?.unfinished === 20 || handled.length >= 7);
      kafka.goOffline();
      await until(() => consumer.health().status === "degraded");
      letGo();
      await until(() => once(handled).length === 30);
      kafka.comeOnline();
      await until(() => consumer.health().status === "ok");
      await produce(kafka, numbered(10, 30));
      await until(async () => once(handled).length === 40 && (await committed(kafka)) === 40);
    },
  );

  itSideBySide("at the close: it ends in time, and the next member gets what was not committed", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(10));
    const handled: string[] = [];
    const { consumer } = consume(kafka, ({ body }) => handled.push(body), {
      commitIntervalMs: 60_000,
      member: { sessionTimeoutMs: 500 },
    });
    await until(() => handled.length === 10);
    kafka.goOffline();
    await consumer.close({ timeoutMs: 300 });
    expect(consumer.health().status).toBe("closed");
    kafka.comeOnline();
    const again: string[] = [];
    consume(kafka, ({ body }) => again.push(body));
    await until(() => again.length === 10);
  });
});

describe("a cluster that changes", () => {
  itSideBySide("finds the coordinator that has moved, in the same generation", async () => {
    const kafka = await broker({ nodes: 2, topics });
    const handled: string[] = [];
    const { source } = consume(kafka, ({ body }) => handled.push(body));
    await produce(kafka, numbered(10));
    await until(() => handled.length === 10);
    kafka.moveCoordinator({ groupId: "group" });
    await produce(kafka, numbered(10, 10));
    await until(async () => handled.length === 20 && (await committed(kafka)) === 20);
    expect(source.details().joins).toBe(1);
  });

  itSideBySide("finds the leader that has moved, and reads on from where it was", async () => {
    const kafka = await broker({ nodes: 2, topics });
    const handled: string[] = [];
    const { source } = consume(kafka, ({ body }) => handled.push(body));
    for (const round of [0, 1, 2]) {
      await produce(kafka, numbered(10, round * 10));
      await until(() => handled.length === (round + 1) * 10);
      kafka.moveLeader({ topic: "payments", partition: 0 });
    }
    expect(once(handled)).toEqual(upTo(30));
    expect(source.details().joins).toBe(1);
  });

  itSideBySide("reads what is lost to retention no more, and says so loudly", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(10));
    const resets: OffsetReset[] = [];
    const handled: string[] = [];
    const first = consume(kafka, ({ body }) => handled.push(body), {
      onReset: (reset) => resets.push(reset),
    });
    await until(async () => (await committed(kafka)) === 10);
    await first.consumer.close();
    await produce(kafka, numbered(10, 10));
    kafka.deleteRecords({ topic: "payments", partition: 0, before: 15n });
    const errors: unknown[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (fields: object) => errors.push(fields),
    };
    const second = consume(kafka, ({ body }) => handled.push(body), {
      onReset: (reset) => resets.push(reset),
      logger,
    });
    await until(() => handled.length === 15);
    expect(resets).toEqual([{ topic: "payments", partition: 0, from: 10n, to: 15n }]);
    expect(errors).toMatchObject([{ code: "message-bus/offset-reset", from: "10", to: "15" }]);
    expect(handled.slice(10).map(Number)).toEqual([15, 16, 17, 18, 19]);
    expect(second.source.details().resets).toBe(1);
    await until(async () => (await committed(kafka)) === 20);
  });

  itSideBySide("reads over batches that compaction has emptied, and over nothing else", async () => {
    const kafka = await broker({ topics });
    for (const from of [0, 10, 20]) await produce(kafka, numbered(10, from));
    kafka.compact({ topic: "payments", partition: 0, before: 20n });
    const handled: string[] = [];
    // So little that an answer holds one emptied batch and the beginning of the next.
    const { source, consumer } = consume(kafka, ({ body }) => handled.push(body), {
      member: { maxBytesPerPartition: 100 },
    });
    await until(async () => (await committed(kafka)) === 30);
    expect(once(handled)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    // Also where nothing but emptied batches is left, and later something comes.
    kafka.compact({ topic: "payments", partition: 0, before: 30n });
    await produce(kafka, numbered(10, 30));
    kafka.compact({ topic: "payments", partition: 0, before: 40n });
    await until(async () => (await committed(kafka)) === 40);
    await produce(kafka, numbered(5, 40));
    await until(async () => (await committed(kafka)) === 45);
    expect(once(handled).slice(-5)).toEqual([40, 41, 42, 43, 44]);
    expect(source.details().resets).toBe(0);
    expect(consumer.health().status).toBe("ok");
  });

  itSideBySide("begins at the end, where that is asked for", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(10));
    const handled: string[] = [];
    const { source } = consume(kafka, ({ body }) => handled.push(body), { member: { startAt: "latest" } });
    await until(() => source.details().state === "assigned");
    await produce(kafka, numbered(1, 10));
    await until(() => handled.length === 1);
    expect(handled).toEqual(["10"]);
    kafka.deleteRecords({ topic: "payments", partition: 0, before: 11n });
  });

  itSideBySide("shares out partitions that were added, when it hears of them", async () => {
    const kafka = await broker({ topics });
    const handled: string[] = [];
    const { source } = consume(kafka, ({ body }) => handled.push(body), { metadataMaxAgeMs: 50 });
    await until(() => source.details().partitions.length === 1);
    kafka.deleteTopic("payments");
    kafka.createTopic("payments", 3);
    await until(() => source.details().partitions.length === 3);
    await produce(
      kafka,
      [0, 1, 2].map((partition) => ({ value: String(partition), partition })),
    );
    await until(() => handled.length === 3);
  });
});

describe("a member that the group has thrown out", () => {
  itSideBySide("aborts what runs, commits nothing of it, and begins anew", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(3));
    const starts: string[] = [];
    const aborted: string[] = [];
    let isFirst = true;
    const { source } = consume(kafka, async ({ body }, signal) => {
      starts.push(body);
      if (!isFirst) return;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      aborted.push(body);
    });
    await until(() => starts.length === 3);
    const [member] = kafka.group("group")?.members ?? [];
    isFirst = false;
    kafka.expireMember({ groupId: "group", memberId: member?.memberId ?? "" });
    await until(() => starts.length === 6);
    expect(aborted.sort()).toEqual(["0", "1", "2"]);
    expect(source.details().joins).toBe(2);
    await until(async () => (await committed(kafka)) === 3);
  });

  itSideBySide("is not thrown out while a handler takes longer than the session", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, numbered(1));
    const handled: string[] = [];
    const { source } = consume(
      kafka,
      async ({ body }) => {
        const beats = kafka.counts.requests.Heartbeat;
        // Three sessions' worth of heartbeats.
        await until(() => kafka.counts.requests.Heartbeat > beats + 20);
        handled.push(body);
      },
      { member: { sessionTimeoutMs: 300, heartbeatIntervalMs: 50 } },
    );
    await until(async () => (await committed(kafka)) === 1);
    expect(handled).toEqual(["0"]);
    expect(source.details()).toMatchObject({ joins: 1, generationId: 1 });
  });
});

describe("what cannot be handled", () => {
  itSideBySide("is written to the sink before its offset moves", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [
      { key: "a", value: "bad" },
      { key: "a", value: "good" },
    ]);
    const handled: string[] = [];
    const order: string[] = [];
    const { consumer } = consume(
      kafka,
      ({ body }) => {
        if (body === "bad") throw new Error("no");
        handled.push(body);
      },
      {
        retry: { maxAttempts: 3 },
        deadLetter: {
          sink: async ({ delivery, reason }) => {
            order.push(`${delivery.id} ${reason} ${delivery.attempt} committed ${await committed(kafka)}`);
          },
        },
      },
    );
    await until(async () => (await committed(kafka)) === 2);
    expect(order).toEqual(["payments:0:0 attempts-exhausted 3 committed -1"]);
    expect(consumer.stats()).toMatchObject({ retried: 2, deadLettered: 1, handled: 1 });
  });

  itSideBySide("stops its key, and says why, when the sink will never take it", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [
      { key: "bad", value: "bad" },
      { key: "bad", value: "behind" },
      { key: "a", value: "other" },
    ]);
    const handled: string[] = [];
    const { consumer } = consume(
      kafka,
      ({ body }) => {
        handled.push(body);
        if (body === "bad") throw new Error("no");
      },
      {
        retry: { maxAttempts: 2 },
        deadLetter: {
          sink: async () => {
            throw new WirekitError("the topic denies it", { code: "test/denied" });
          },
        },
      },
    );
    await until(() => consumer.stats().left === 1 && consumer.stats().handled === 1);
    expect(handled.toSorted()).toEqual(["bad", "bad", "other"]);
    expect(consumer.health()).toMatchObject({ status: "degraded" });
    expect(
      consumer
        .health()
        .reasons.map(({ code }) => code)
        .toSorted(),
    ).toEqual(["message-bus/key-stopped", "test/denied"]);
    expect(
      consumer
        .health()
        .reasons.map(({ message }) => message)
        .join(),
    ).toContain("its dead letter cannot be written (the topic denies it): its key has stopped");
    expect(await committed(kafka)).toBeLessThanOrEqual(0);
  });

  itSideBySide(
    "stops its key without a sink, then its partition when that is full, and nobody else",
    async () => {
      const kafka = await broker({ topics: { payments: 2 } });
      const big = "x".repeat(1_000);
      await produce(kafka, [{ key: "bad", value: "bad" }]);
      for (let batch = 0; batch < 20; batch += 1) {
        await produce(
          kafka,
          Array.from({ length: 5 }, () => ({ key: "bad", value: big })),
        );
      }
      const handled: number[] = [];
      const stopped: unknown[] = [];
      const { consumer, source } = consume(
        kafka,
        ({ body, record }) => {
          if (body === "bad") throw new Error("no");
          handled.push(record.partition);
        },
        {
          retry: { maxAttempts: 2 },
          maxBufferedBytes: 40_000,
          member: { maxBytesPerPartition: 10_000 },
          onStopped: ({ error, ...facts }) => stopped.push({ ...facts, code: error.code }),
        },
      );
      await until(() => stopped.length === 1);
      expect(stopped).toEqual([
        { topic: "payments", partition: 0, offset: 0n, key: "bad", code: "message-bus/key-stopped" },
      ]);
      // Other keys of the partition go on as long as there is room; other partitions in any case.
      for (let round = 0; round < 20; round += 1) {
        await produce(
          kafka,
          Array.from({ length: 20 }, (_, index) => ({ key: `k${index}`, value: big, partition: 1 })),
        );
      }
      await until(() => handled.filter((partition) => partition === 1).length === 400);
      await until(async () => (await committed(kafka, { partition: 1 })) === 400);
      await until(() => source.details().partitions[0]?.state === "stopped");
      expect(await committed(kafka)).toBe(-1);
      const { status, reasons } = consumer.health();
      expect([status, ...reasons.map(({ code }) => code)]).toEqual([
        "degraded",
        "message-bus/partition-stopped",
      ]);
      expect(source.details().partitions[0]).toMatchObject({
        partition: 0,
        committed: "0",
        stoppedKeys: [{ key: "bad", id: "payments:0:0" }],
      });
      expect(source.details().bufferedBytes).toBeLessThanOrEqual(40_000 + 2 * 20_000);
    },
  );

  itSideBySide("is tried again by the next owner of its partition", async () => {
    const kafka = await broker({ topics });
    await produce(kafka, [{ key: "a", value: "bad" }]);
    const first = consume(kafka, () => Promise.reject(new Error("no")), {
      retry: { maxAttempts: 1 },
      clientId: "first",
    });
    await until(() => first.source.details().partitions[0]?.stoppedKeys.length === 1);
    await first.consumer.close();
    const handled: string[] = [];
    consume(kafka, ({ body }) => handled.push(body), { clientId: "second" });
    await until(async () => (await committed(kafka)) === 1);
    expect(handled).toEqual(["bad"]);
  });
});

describe("closing", () => {
  itSideBySide(
    "lets what runs come to its end, commits it, and gives the rest to the next member at once",
    async () => {
      const kafka = await broker({ topics });
      await produce(kafka, numbered(200));
      const handled: string[] = [];
      const handler = async ({ body }: { readonly body: string }) => {
        await new Promise((resolve) => setTimeout(resolve, 2));
        handled.push(body);
      };
      // A session so long that the next member would wait for ever, if this one did not leave.
      const first = consume(kafka, handler, { concurrency: 3, member: { sessionTimeoutMs: 600_000 } });
      await until(() => handled.length > 20);
      await first.consumer.close();
      const done = handled.length;
      expect(await committed(kafka)).toBeLessThanOrEqual(done);
      consume(kafka, handler, { concurrency: 50 });
      await until(async () => once(handled).length === 200 && (await committed(kafka)) === 200);
      expect(once(handled)).toEqual(upTo(200));
    },
  );

  itSideBySide("leaves nothing open", async () => {
    const kafka = await broker({ topics });
    const { consumer, source } = consume(kafka, () => undefined);
    await until(() => source.details().state === "assigned");
    await consumer.close();
    await until(() => kafka.openConnections === 0);
  });

  itSideBySide("before it has joined ends as well", async () => {
    const kafka = await broker({ topics });
    kafka.faults.next({ kind: "hold", before: "apply", forMs: 60_000 }, { on: "JoinGroup", times: 10 });
    const { consumer } = consume(kafka, () => undefined);
    await until(() => kafka.counts.requests.JoinGroup > 0);
    await consumer.close({ timeoutMs: 200 });
    await until(() => kafka.openConnections === 0);
  });
});

describe("two members", () => {
  itSideBySide("hand over without loss and without doing anything twice", async () => {
    const kafka = await broker({ topics: { payments: 4 } });
    const handled: string[] = [];
    const handler = async ({ body }: { readonly body: string }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      handled.push(body);
    };
    const send = (from: number) =>
      produce(
        kafka,
        numbered(100, from).map((record, index) => ({ ...record, partition: index % 4 })),
      );
    const first = consume(kafka, handler, { clientId: "first", concurrency: 5 });
    await send(0);
    await until(() => handled.length > 30);
    const second = consume(kafka, handler, { clientId: "second", concurrency: 5 });
    await until(() => second.source.details().partitions.length === 2);
    await send(100);
    await until(() => once(handled).length === 200);
    await first.consumer.close();
    await until(() => second.source.details().partitions.length === 4);
    await send(200);
    await until(() => once(handled).length === 300);
    // Running handlers were waited for, and what they had done was committed before the partitions moved.
    expect(handled.length).toBe(300);
  });
});
