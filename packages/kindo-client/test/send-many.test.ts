import { afterEach, describe, expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import type { NumberedOutcome, ProducerPayload } from "../src/index.ts";
import { aMessage } from "./messages.ts";
import { closeAll, startBoth } from "./stack.ts";
import { until } from "./until.ts";

afterEach(closeAll);

const numbered = (count: number): readonly ProducerPayload[] =>
  Array.from({ length: count }, (_, number) => aMessage({ payload: { number } }));

/** No messages, whatever their outcome. */
const none = { delivered: 0, rejected: 0, notSent: 0, dropped: 0, expired: 0, unconfirmed: 0 };
const counted = (counts: object) => ({
  delivered: 0,
  rejected: 0,
  "not-sent": 0,
  dropped: 0,
  expired: 0,
  unconfirmed: 0,
  ...counts,
});

const isNumber = (number: number) => (request: { readonly body?: Buffer | undefined }) =>
  request.body?.includes(`"number": ${number}}`) ?? false;

describe("sendMany", () => {
  it("has an outcome for every message, in their order", async () => {
    const { server, client } = await startBoth();
    server.faults.next({ kind: "answer", status: 503 }, { when: isNumber(1) });
    server.faults.next({ kind: "answer", status: 400, body: "no" }, { when: isNumber(3) });
    const messages = [...numbered(5), { ...aMessage(), behavior: "later" } as never];
    const { outcomes, counts } = await client.sendMany(messages, { concurrency: 3 });
    expect(outcomes).toEqual([
      { kind: "delivered", trackingId: expect.any(String), attempts: 1, latencyMs: expect.any(Number) },
      expect.objectContaining({ kind: "delivered", attempts: 2 }),
      expect.objectContaining({ kind: "delivered", attempts: 1 }),
      {
        kind: "rejected",
        error: expect.objectContaining({ code: "kindo/refused", status: 400, attempts: 1 }),
      },
      expect.objectContaining({ kind: "delivered" }),
      { kind: "not-sent", error: expect.objectContaining({ code: "kindo/invalid-message" }) },
    ]);
    expect(counts).toEqual(counted({ delivered: 4, rejected: 1, "not-sent": 1 }));
    const ids = new Map(server.stored.map(({ trackingId, ...stored }) => [trackingId, stored]));
    const [first] = outcomes;
    expect(first?.kind === "delivered" && ids.get(first.trackingId)).toMatchObject({
      payload: { number: 0 },
    });
  });

  it("tells its progress, message by message", async () => {
    const { client } = await startBoth();
    const told: string[] = [];
    await client.sendMany(numbered(4), {
      concurrency: 2,
      onProgress: ({ done, total, delivered }) => told.push(`${done}/${total}: ${delivered}`),
    });
    expect(told).toEqual(["1/4: 1", "2/4: 2", "3/4: 3", "4/4: 4"]);
  });

  it("does not wait for the slowest", async () => {
    const { server, client } = await startBoth();
    const slow = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(0) });
    let done = 0;
    const sending = client.sendMany(numbered(20), {
      concurrency: 2,
      onProgress: (progress) => {
        done = progress.done;
      },
    });
    await until(() => done === 19);
    slow.release();
    expect((await sending).counts.delivered).toBe(20);
  });

  it("stops when it is aborted: what is under way may have arrived, the rest is not sent", async () => {
    const { server, client } = await startBoth();
    const caller = new AbortController();
    const stuck = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(2), times: 1 });
    const sending = client.sendMany(numbered(10), { concurrency: 1, signal: caller.signal });
    await stuck.struck();
    caller.abort("enough");
    const { outcomes, counts } = await sending;
    expect(counts).toEqual(counted({ delivered: 2, unconfirmed: 1, "not-sent": 7 }));
    expect(outcomes[2]).toMatchObject({
      kind: "unconfirmed",
      error: { code: "wirekit/unconfirmed", cause: "enough", attempts: 1 },
    });
    expect(outcomes.slice(3)).toEqual(
      Array.from({ length: 7 }, () => ({
        kind: "not-sent",
        error: expect.objectContaining({ code: "wirekit/unknown", cause: "enough" }),
      })),
    );
    expect(server.requests).toHaveLength(3);
  });

  it("aborted before it began sends nothing", async () => {
    const { server, client } = await startBoth();
    const { counts } = await client.sendMany(numbered(3), { signal: AbortSignal.abort() });
    expect(counts).toEqual(counted({ delivered: 0, rejected: 0, "not-sent": 3 }));
    expect(server.requests).toHaveLength(0);
  });

  it("stops when the client is closed, and finishes what is under way", async () => {
    const { server, client } = await startBoth();
    const stuck = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(2) });
    const sending = client.sendMany(numbered(10), { concurrency: 1 });
    await stuck.struck();
    const closing = client.close();
    stuck.release();
    expect(await closing).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
    const { counts, outcomes } = await sending;
    expect(counts).toEqual(counted({ delivered: 3, rejected: 0, "not-sent": 7 }));
    expect(outcomes.at(-1)).toMatchObject({ kind: "not-sent", error: { code: "wirekit/closed" } });
  });

  it("ends for an endless source as well when the client is closed", async () => {
    const { client } = await startBoth();
    function* endless() {
      for (;;) yield aMessage();
    }
    const sending = client.sendMany(endless(), { concurrency: 4 });
    await until(() => client.stats().sends.delivered > 10);
    await client.close();
    const { counts } = await sending;
    expect(counts.delivered).toBeGreaterThan(10);
    expect(counts.rejected).toBe(0);
  });

  it("loses no outcome when the source fails in the middle", async () => {
    const { client } = await startBoth();
    const boom = new Error("the file is broken");
    async function* source() {
      yield* numbered(3);
      throw boom;
    }
    const { outcomes, counts, sourceError } = await client.sendMany(source());
    expect(outcomes).toHaveLength(3);
    expect(counts.delivered).toBe(3);
    expect(sourceError).toBe(boom);
  });

  it.each<[string, unknown, object, string]>([
    ["a single message", aMessage(), {}, "messages must be an array, or something else that can be iterated"],
    ["a text", "messages", {}, "messages must be"],
    ["nothing", undefined, {}, "messages must be"],
    ["no concurrency", [], { concurrency: 0 }, "concurrency must be a whole number of at least 1"],
    ["half a concurrency", [], { concurrency: 1.5 }, "concurrency must be"],
  ])("refuses %s", async (_name, messages, options, problem) => {
    const { client } = await startBoth();
    await expect(client.sendMany(messages as never, options)).rejects.toThrow(problem);
    expect(() => client.sendStream(messages as never, options)).toThrow(problem);
  });

  it("sends thousands over no more connections than are in flight", async () => {
    const count = scale({ small: 2_000, full: 10_000 });
    const { server, client } = await startBoth();
    const { counts } = await client.sendMany(numbered(count), { concurrency: 8 });
    expect(counts).toEqual(counted({ delivered: count, rejected: 0, "not-sent": 0 }));
    expect(server.stored).toHaveLength(count);
    expect(new Set(server.stored.map(({ trackingId }) => trackingId)).size).toBe(count);
    expect(server.counters.maxOpenSockets).toBeLessThanOrEqual(8);
    expect(client.stats().connections?.opened).toBeLessThanOrEqual(8);
  }, 120_000);

  it("sends over no more connections than it was allowed, however many are in flight", async () => {
    const { server, client } = await startBoth({ client: { maxConnections: 3 } });
    const { counts } = await client.sendMany(numbered(200), { concurrency: 50 });
    expect(counts.delivered).toBe(200);
    expect(server.counters.sockets).toBeLessThanOrEqual(3);
  });
});

describe("sendStream", () => {
  it("yields outcomes as they come, with the places of their messages", async () => {
    const { server, client } = await startBoth();
    const slow = server.faults.next({ kind: "hold", before: "answer" }, { when: isNumber(0) });
    const seen: number[] = [];
    for await (const { index, outcome } of client.sendStream(numbered(4), { concurrency: 2 })) {
      expect(outcome.kind).toBe("delivered");
      seen.push(index);
      if (seen.length === 3) slow.release();
    }
    expect(seen).toEqual([1, 2, 3, 0]);
  });

  it("takes from an endless source only as fast as it is read", async () => {
    const { client } = await startBoth();
    let taken = 0;
    async function* endless() {
      for (;;) {
        taken += 1;
        yield aMessage({ payload: { taken } });
      }
    }
    const stream = client.sendStream(endless(), { concurrency: 4 });
    for (let read = 0; read < 10; read += 1) await stream.next();
    await until(() => client.stats().sends.pending === 0);
    expect(taken).toBeLessThanOrEqual(10 + 4);
    await stream.return();
  });

  it("left early stops the source, and what is under way is finished", async () => {
    const { server, client } = await startBoth();
    let isEnded = false;
    function* endless() {
      try {
        for (;;) yield aMessage();
      } finally {
        isEnded = true;
      }
    }
    const outcomes: NumberedOutcome[] = [];
    for await (const outcome of client.sendStream(endless(), { concurrency: 4 })) {
      outcomes.push(outcome);
      if (outcomes.length === 5) break;
    }
    expect(isEnded).toBe(true);
    const count = server.stored.length;
    expect(client.stats().sends).toEqual({ ...none, accepted: count, delivered: count, pending: 0 });
  });
});
