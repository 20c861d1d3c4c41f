import { describe, expect, it } from "@jest/globals";
import {
  ClosedError,
  ConfigError,
  ConnectionError,
  MessageTooLargeError,
  QueueFullError,
  RejectedError,
  silentLogger,
  TimeoutError,
  UnconfirmedError,
} from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { type BatchEntry, Batcher, type BatcherOptions, type EntryResult, utf8Length } from "./index.ts";

interface Item {
  readonly id: string;
  readonly key?: string;
  readonly bytes?: number;
}

interface Call {
  readonly ids: readonly string[];
  readonly entries: readonly BatchEntry<Item>[];
  readonly signal: AbortSignal;
  deliver(): void;
  answer(results: readonly unknown[]): void;
  fail(error: unknown): void;
}

/** A batcher whose flushes the test answers one by one. */
function setUp(options: Partial<BatcherOptions<Item, string>> = {}) {
  const clock = new ManualClock();
  const calls: Call[] = [];
  const batcher = new Batcher<Item, string>({
    maxEntries: 10,
    clock,
    random: () => 0.5,
    logger: silentLogger,
    keyOf: ({ key }) => key,
    flush: (entries, { signal }) =>
      new Promise((resolve, reject) => {
        calls.push({
          ids: entries.map(({ item }) => item.id),
          entries,
          signal,
          deliver: () =>
            resolve(entries.map(({ item }) => ({ kind: "delivered", receipt: `receipt of ${item.id}` }))),
          answer: (results) => resolve(results as EntryResult<string>[]),
          fail: reject,
        });
      }),
    ...options,
  });
  const ids = () => calls.map((call) => call.ids.join(" "));
  const last = () => calls.at(-1) as Call;
  return { clock, batcher, calls, ids, last };
}

const item = (id: string, key?: string): Item => (key === undefined ? { id } : { id, key });
const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${index + 1}` }));
const delivered = { kind: "delivered", receipt: "ok" };
const failed = (error: unknown) => ({ kind: "failed", error });
const throttled = () => new RejectedError("throttled", { code: "test/throttled", retryable: true });
const refused = () => new RejectedError("refused", { code: "test/refused" });
const unconfirmed = (error: unknown) => ({ kind: "unconfirmed", error }) as const;

/** What a promise has come to once nothing more happens by itself. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  const pending = new Promise((resolve) => setImmediate(resolve, "pending"));
  return await Promise.race([promise, pending]);
}

describe("gathering", () => {
  it("sends what is called in one turn in one flush, also after promises have settled in between", async () => {
    const { clock, batcher, ids, last } = setUp();
    const first = batcher.send(item("a"));
    await Promise.resolve();
    await Promise.resolve();
    const second = batcher.send(item("b"));
    await clock.advance(0);
    expect(ids()).toEqual(["a b"]);
    last().deliver();
    await expect(Promise.all([first, second])).resolves.toEqual(["receipt of a", "receipt of b"]);
  });

  it("flushes when there are enough, without waiting for the linger", async () => {
    const { clock, batcher, ids } = setUp({ maxEntries: 3, lingerMs: 1_000 });
    for (const each of items(7)) void batcher.send(each);
    await clock.settle();
    expect(ids()).toEqual(["1 2 3", "4 5 6"]);
  });

  it("flushes what has lingered long enough", async () => {
    const { clock, batcher, ids } = setUp({ lingerMs: 50 });
    void batcher.send(item("a"));
    await clock.advance(30);
    void batcher.send(item("b"));
    await clock.advance(19);
    expect(ids()).toEqual([]);
    await clock.advance(1);
    expect(ids()).toEqual(["a b"]);
    void batcher.send(item("c"));
    await clock.advance(49);
    expect(ids()).toHaveLength(1);
    await clock.advance(1);
    expect(ids()).toEqual(["a b", "c"]);
  });

  it("flushes when there are enough bytes, and never puts more into a flush than may be", async () => {
    const { clock, batcher, calls } = setUp({
      lingerMs: 1_000,
      maxBytes: 100,
      sizeOf: ({ bytes = 0 }) => bytes,
    });
    for (const [index, bytes] of [60, 40, 70, 31].entries()) void batcher.send({ id: `${index}`, bytes });
    await clock.settle();
    expect(calls.map(({ entries }) => entries.map(({ bytes }) => bytes))).toEqual([[60, 40], [70]]);
    await clock.advance(1_000);
    expect(calls[2]?.entries.map(({ bytes }) => bytes)).toEqual([31]);
  });

  it("counts bytes as UTF-8, and a lone surrogate as what it is replaced by", () => {
    for (const text of ["", "abc", "äöü€", "😀 x", "\ud83d", "a\udc00b"]) {
      expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
    }
  });

  it("gathers while all flushes are in flight, and goes on when one ends", async () => {
    const { clock, batcher, ids, calls } = setUp({ maxEntries: 2, maxInFlight: 1 });
    for (const each of items(3)) void batcher.send(each);
    await clock.advance(0);
    void batcher.send(item("4"));
    await clock.advance(0);
    expect(ids()).toEqual(["1 2"]);
    calls[0]?.deliver();
    await clock.advance(0);
    expect(ids()).toEqual(["1 2", "3 4"]);
  });

  it("lets linger what is not due yet when something else was", async () => {
    const { clock, batcher, ids, calls } = setUp({ maxEntries: 3, maxInFlight: 1, lingerMs: 50 });
    for (const id of ["x", "y", "z", "a"]) void batcher.send(item(id));
    await clock.advance(40);
    for (const id of ["b", "c", "d"]) void batcher.send(item(id));
    await clock.advance(10);
    calls[0]?.deliver();
    await clock.settle();
    calls[1]?.deliver();
    await clock.advance(39);
    expect(ids()).toEqual(["x y z", "a b c"]);
    await clock.advance(1);
    expect(ids()).toEqual(["x y z", "a b c", "d"]);
  });

  it("tells the flush function the key, the size and which try it is", async () => {
    const { clock, batcher, last } = setUp({ sizeOf: () => 7 });
    void batcher.send(item("a", "k")).catch(() => undefined);
    await clock.advance(0);
    expect(last().entries).toEqual([{ item: { id: "a", key: "k" }, key: "k", bytes: 7, attempt: 1 }]);
    last().fail(throttled());
    await clock.advance(1_000);
    expect(last().entries[0]).toMatchObject({ attempt: 2 });
  });

  it("tells a callback once, with the item: at once when it is refused, or else with its flush", async () => {
    const { clock, batcher, last } = setUp({
      maxEntryBytes: 10,
      maxBytes: 10,
      sizeOf: ({ bytes = 0 }) => bytes,
    });
    const told: unknown[] = [];
    const settle = ({ kind }: { readonly kind: string }, reason: unknown, { id }: Item) =>
      told.push([id, kind, reason instanceof MessageTooLargeError ? "too large" : reason]);
    batcher.submit({ id: "large", bytes: 11 }, {}, settle);
    expect(told.splice(0)).toEqual([["large", "not-sent", "too large"]]);

    const controller = new AbortController();
    batcher.submit(item("a"), {}, settle);
    batcher.submit(item("b"), { signal: controller.signal }, settle);
    controller.abort("enough");
    expect(told.splice(0)).toEqual([["b", "not-sent", "enough"]]);
    await clock.advance(0);
    last().deliver();
    await clock.advance(0);
    expect(told).toEqual([["a", "delivered", undefined]]);
  });

  it("never calls the flush function inside send", async () => {
    let sending = true;
    const calledInside: boolean[] = [];
    const batcher = new Batcher<number, number>({
      maxEntries: 1,
      flush: async (entries) => {
        calledInside.push(sending);
        return entries.map(({ item: receipt }) => ({ kind: "delivered", receipt }));
      },
    });
    const sent = batcher.send(1);
    sending = false;
    await expect(sent).resolves.toBe(1);
    expect(calledInside).toEqual([false]);
  });
});

describe("order", () => {
  it("puts one entry of a key into a flush, and one flush of a key in flight", async () => {
    const { clock, batcher, ids, calls } = setUp();
    for (const id of ["a1", "b1", "a2", "b2", "a3"]) void batcher.send(item(id, id[0]));
    await clock.advance(0);
    expect(ids()).toEqual(["a1 b1"]);
    calls[0]?.deliver();
    await clock.advance(0);
    expect(ids()).toEqual(["a1 b1", "a2 b2"]);
    calls[1]?.deliver();
    await clock.advance(0);
    expect(ids()).toEqual(["a1 b1", "a2 b2", "a3"]);
  });

  it("holds nobody back but the key that is being retried", async () => {
    const { clock, batcher, ids, calls } = setUp({ retry: { baseDelayMs: 1_000 } });
    for (const id of ["a1", "b1", "a2", "b2"]) void batcher.send(item(id, id[0]));
    await clock.advance(0);
    calls[0]?.answer([failed(throttled()), delivered]);
    await clock.advance(0);
    void batcher.send(item("c"));
    await clock.advance(0);
    expect(ids()).toEqual(["a1 b1", "b2", "c"]);
    await clock.advance(500);
    expect(ids()).toEqual(["a1 b1", "b2", "c", "a1"]);
    calls[3]?.deliver();
    await clock.advance(0);
    expect(ids().at(-1)).toBe("a2");
  });

  it("gives entries without a key no order: none waits for another", async () => {
    const { clock, batcher, ids, calls } = setUp({ maxEntries: 2, retry: { baseDelayMs: 1_000 } });
    for (const each of items(4)) void batcher.send(each);
    await clock.advance(0);
    calls[0]?.answer([failed(throttled()), delivered]);
    await clock.advance(0);
    expect(ids()).toEqual(["1 2", "3 4"]);
    await clock.advance(500);
    expect(ids()).toEqual(["1 2", "3 4", "1"]);
  });

  it("lets entries of a key share a flush where keys are atomic, still with one flush of a key in flight", async () => {
    const { clock, batcher, ids, calls } = setUp({ keysFail: "together", maxEntries: 3 });
    for (const id of ["a1", "a2", "a3", "a4", "b1"]) void batcher.send(item(id, id[0]));
    await clock.advance(0);
    expect(ids()).toEqual(["a1 a2 a3", "b1"]);
    calls[0]?.answer([failed(throttled()), failed(throttled()), failed(throttled())]);
    await clock.advance(1_000);
    expect(ids()).toEqual(["a1 a2 a3", "b1", "a1 a2 a3"]);
    calls[2]?.deliver();
    await clock.advance(0);
    expect(ids().at(-1)).toBe("a4");
  });

  it("lets a delivered entry overtake a failed one where only best effort is asked for", async () => {
    const { clock, batcher, ids, calls } = setUp({ orderOnPartialFailure: "best-effort", maxEntries: 3 });
    for (const id of ["a1", "a2", "a3", "a4"]) void batcher.send(item(id, "a"));
    await clock.advance(0);
    calls[0]?.answer([failed(throttled()), delivered, failed(throttled())]);
    await clock.advance(1_000);
    expect(ids()).toEqual(["a1 a2 a3", "a1 a3 a4"]);
  });

  it("goes on with a key when one of its entries is finally refused", async () => {
    const { clock, batcher, ids, calls } = setUp();
    const first = batcher.send(item("a1", "a"));
    void batcher.send(item("a2", "a"));
    await clock.advance(0);
    calls[0]?.answer([failed(refused())]);
    await expect(first).rejects.toMatchObject({ code: "test/refused" });
    await clock.advance(0);
    expect(ids()).toEqual(["a1", "a2"]);
  });
});

describe("failure", () => {
  it("retries only what failed, in one flush, and tells each caller its own outcome", async () => {
    const { clock, batcher, ids, calls } = setUp();
    const sent = items(4).map((each) => batcher.sendOutcome(each));
    await clock.advance(0);
    calls[0]?.answer([delivered, failed(throttled()), delivered, failed(throttled())]);
    await clock.advance(1_000);
    expect(ids()).toEqual(["1 2 3 4", "2 4"]);
    calls[1]?.deliver();
    const outcomes = await Promise.all(sent);
    expect(outcomes.map((outcome) => [outcome.kind, "attempts" in outcome && outcome.attempts])).toEqual([
      ["delivered", 1],
      ["delivered", 2],
      ["delivered", 1],
      ["delivered", 2],
    ]);
  });

  it("never retries a fault of the sender", async () => {
    const { clock, batcher, calls } = setUp();
    const sent = batcher.send(item("a"));
    await clock.advance(0);
    calls[0]?.answer([failed(refused())]);
    await expect(sent).rejects.toMatchObject({ code: "test/refused", attempts: 1 });
    await clock.advance(60_000);
    expect(calls).toHaveLength(1);
  });

  it("gives up after the last try, with the error of that try", async () => {
    const { clock, batcher, calls } = setUp({ retry: { maxAttempts: 3 } });
    const sent = batcher.sendOutcome(item("a"));
    for (const number of [1, 2, 3]) {
      await clock.advance(5_000);
      calls[number - 1]?.fail(new ConnectionError(`try ${number}`));
    }
    await clock.advance(60_000);
    expect(calls).toHaveLength(3);
    await expect(sent).resolves.toMatchObject({ kind: "not-sent", error: { message: "try 3", attempts: 3 } });
  });

  it("begins no retry beyond the time budget", async () => {
    const { clock, batcher, calls } = setUp({
      retry: { maxAttempts: 100, maxElapsedMs: 1_000, baseDelayMs: 800 },
    });
    const sent = batcher.sendOutcome(item("a"));
    await clock.advance(0);
    await clock.advance(700);
    calls[0]?.fail(throttled());
    await expect(sent).resolves.toMatchObject({ kind: "rejected" });
    expect(calls).toHaveLength(1);
  });

  it("waits at least as long as the peer asks for", async () => {
    const { clock, batcher, calls } = setUp();
    const sent = batcher.send(item("a"));
    await clock.advance(0);
    calls[0]?.answer([failed(Object.assign(throttled(), { retryAfterMs: 9_000 }))]);
    await clock.advance(8_999);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
    calls[1]?.deliver();
    await expect(sent).resolves.toBe("receipt of a");
  });

  it("tells who wants to know about a retry, and survives what they throw", async () => {
    const retries: unknown[] = [];
    const { clock, batcher, calls } = setUp({
      onRetry: ({ items: again, delayMs }) => {
        retries.push([again.map(({ id }) => id), delayMs]);
        throw new Error("listener");
      },
    });
    const sent = batcher.send(item("a"));
    await clock.advance(0);
    calls[0]?.fail(throttled());
    await clock.advance(1_000);
    expect(retries).toEqual([[["a"], 50]]);
    calls[1]?.deliver();
    await expect(sent).resolves.toBe("receipt of a");
  });

  it("tells each caller the tries of its own item, also where one error stands for all", async () => {
    const { clock, batcher, calls } = setUp({ retry: { maxAttempts: 2 }, lingerMs: 10 });
    const first = batcher.sendOutcome(item("1"));
    await clock.advance(10);
    calls[0]?.fail(throttled());
    await clock.settle();
    await clock.advance(49);
    const second = batcher.sendOutcome(item("2"));
    await clock.advance(1);
    calls[1]?.fail(refused());
    const outcomes = await Promise.all([first, second]);
    expect(calls[1]?.ids).toEqual(["1", "2"]);
    expect(outcomes.map((outcome) => outcome.kind === "rejected" && outcome.error.attempts)).toEqual([2, 1]);
  });

  it("takes many sends under one signal for no leak", async () => {
    const { clock, batcher, last } = setUp({ maxEntries: 100 });
    const { signal } = new AbortController();
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    const sent = items(50).map((each) => batcher.send(each, { signal }));
    await clock.advance(0);
    last().deliver();
    await Promise.all(sent);
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  it("takes a frozen error for what it is", async () => {
    const { clock, batcher, calls } = setUp();
    const sent = batcher.send(item("a"));
    await clock.advance(0);
    calls[0]?.answer([failed(Object.freeze(refused()))]);
    await expect(sent).rejects.toMatchObject({ code: "test/refused" });
  });

  it.each<[string, unknown]>([
    ["no list", undefined],
    ["too few results", [delivered]],
    ["too many results", [delivered, delivered, delivered]],
    ["results that are none", [null, { kind: "sent" }]],
    [
      "results that cannot be read",
      [
        {
          get kind() {
            throw new Error("no");
          },
        },
        delivered,
      ],
    ],
  ])(
    "says that nothing is known, and does not send again, when the flush function returns %s",
    async (_, results) => {
      const { clock, batcher, calls } = setUp();
      const sent = [batcher.sendOutcome(item("a")), batcher.sendOutcome(item("b"))];
      await clock.advance(0);
      calls[0]?.answer(results as unknown[]);
      for (const outcome of await Promise.all(sent)) {
        expect(outcome).toMatchObject({
          kind: "unconfirmed",
          error: { code: "wirekit/unconfirmed", cause: { code: "wirekit/flush-results" } },
        });
      }
      await clock.advance(60_000);
      expect(calls).toHaveLength(1);
    },
  );

  it("says that nothing is known when the flush function throws on the spot", async () => {
    const { batcher, clock } = setUp({
      flush: () => {
        throw undefined;
      },
    });
    const sent = batcher.send(item("a"));
    const rejected = expect(sent).rejects.toMatchObject({
      code: "wirekit/unconfirmed",
      cause: { code: "wirekit/unknown" },
    });
    await clock.advance(0);
    await rejected;
  });
});

describe("a flush that takes too long", () => {
  it("has its signal fired, and what it still answers counts", async () => {
    const { clock, batcher, last, calls } = setUp({ flushTimeoutMs: 1_000, flushGraceMs: 500 });
    const sent = batcher.send(item("a"));
    await clock.advance(999);
    expect(last().signal.aborted).toBe(false);
    await clock.advance(1);
    expect(last().signal.reason).toBeInstanceOf(TimeoutError);
    last().deliver();
    await expect(sent).resolves.toBe("receipt of a");
    await clock.advance(60_000);
    expect(calls).toHaveLength(1);
  });

  it("is retried as timed out when it ends by its signal, whatever it throws", async () => {
    const { clock, batcher, calls } = setUp({ flushTimeoutMs: 1_000 });
    const sent = batcher.send(item("a"));
    await clock.advance(1_000);
    calls[0]?.fail(new DOMException("aborted", "AbortError"));
    await clock.advance(1_000);
    expect(calls).toHaveLength(2);
    calls[1]?.deliver();
    await expect(sent).resolves.toBe("receipt of a");
  });

  it("is abandoned after the grace, gives up its place, and its late answer changes nothing", async () => {
    const { clock, batcher, calls } = setUp({
      flushTimeoutMs: 1_000,
      flushGraceMs: 500,
      maxInFlight: 1,
      retry: { maxAttempts: 2 },
    });
    const sent = batcher.sendOutcome(item("a"));
    await clock.advance(1_500);
    expect(batcher.stats()).toMatchObject({ abandonedFlushes: 1, inFlightFlushes: 0 });
    await clock.advance(1_000);
    expect(calls).toHaveLength(2);
    calls[1]?.answer([failed(throttled())]);
    calls[0]?.deliver();
    await expect(sent).resolves.toMatchObject({ kind: "unconfirmed" });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("bounds", () => {
  it("refuses one that is too large, naming size and limit, and takes the others", async () => {
    const { clock, batcher, ids } = setUp({ maxBytes: 100, sizeOf: ({ bytes = 0 }) => bytes });
    const large = batcher.send({ id: "large", bytes: 101 });
    await expect(large).rejects.toThrow(new MessageTooLargeError({ bytes: 101, maxBytes: 100 }));
    await expect(large).rejects.toThrow("101 bytes; at most 100");
    expect((await large.catch((error: unknown) => error)) instanceof MessageTooLargeError).toBe(true);
    void batcher.send({ id: "fits", bytes: 100 });
    await clock.advance(0);
    expect(ids()).toEqual(["fits"]);
  });

  it.each<[string, Partial<BatcherOptions<Item, string>>]>([
    [
      "a size that throws",
      {
        sizeOf: () => {
          throw new Error("size");
        },
      },
    ],
    ["a size that is no number", { sizeOf: () => Number.NaN }],
    ["a key that is no text", { keyOf: () => 7 as unknown as string }],
  ])("keeps %s with the item it belongs to", async (_, options) => {
    const { clock, batcher, calls } = setUp(options);
    await expect(batcher.sendOutcome(item("a"))).resolves.toMatchObject({ kind: "not-sent" });
    await clock.advance(0);
    expect(calls).toHaveLength(0);
  });

  it("rejects with QueueFullError when asked not to wait", async () => {
    const { batcher, clock, last } = setUp({ maxPendingEntries: 2, whenFull: "reject" });
    for (const each of items(2)) void batcher.send(each);
    const third = batcher.send(item("3"));
    await expect(third).rejects.toThrow("holds at most 2 entries");
    await expect(third).rejects.toMatchObject({ retryable: true });
    expect((await third.catch((error: unknown) => error)) instanceof QueueFullError).toBe(true);
    await clock.advance(0);
    last().deliver();
    await clock.settle();
    const fourth = batcher.send(item("4"));
    await clock.advance(0);
    last().deliver();
    await expect(fourth).resolves.toBe("receipt of 4");
  });

  it("waits for room in the order of the calls, by entries and by bytes", async () => {
    const { batcher, clock, ids, calls } = setUp({
      maxEntries: 2,
      maxPendingEntries: 3,
      maxPendingBytes: 100,
      sizeOf: ({ bytes = 1 }) => bytes,
    });
    void batcher.send({ id: "a", bytes: 90 });
    void batcher.send({ id: "b", bytes: 20 });
    void batcher.send({ id: "c", bytes: 1 });
    await clock.advance(0);
    expect(ids()).toEqual(["a"]);
    expect(batcher.stats()).toMatchObject({ wantingRoom: 2, pendingBytes: 90 });
    calls[0]?.deliver();
    await clock.advance(0);
    expect(ids()).toEqual(["a", "b c"]);
  });

  it("lets the next one in when the one before stops waiting for room", async () => {
    const { batcher, clock, ids } = setUp({ maxPendingBytes: 100, sizeOf: ({ bytes = 1 }) => bytes });
    const controller = new AbortController();
    void batcher.send({ id: "a", bytes: 90 });
    const large = batcher.send({ id: "b", bytes: 20 }, { signal: controller.signal });
    void batcher.send({ id: "c", bytes: 10 });
    controller.abort(new Error("changed my mind"));
    await expect(large).rejects.toThrow("changed my mind");
    await clock.advance(0);
    expect(ids()).toEqual(["a c"]);
  });

  it("counts an entry that was given up in flight until its flush has ended", async () => {
    const { batcher, clock, calls } = setUp({ maxPendingEntries: 1 });
    const controller = new AbortController();
    const given = batcher.send(item("a"), { signal: controller.signal });
    await clock.advance(0);
    controller.abort(new Error("stop"));
    await expect(given).rejects.toMatchObject({ code: "wirekit/unconfirmed", cause: { message: "stop" } });
    const next = batcher.send(item("b"));
    await clock.advance(0);
    expect(calls).toHaveLength(1);
    calls[0]?.deliver();
    await clock.advance(0);
    calls[1]?.deliver();
    await expect(next).resolves.toBe("receipt of b");
  });
});

describe("giving up", () => {
  it("takes a waiting item out, with the signal's own reason", async () => {
    const { batcher, clock, ids } = setUp({ lingerMs: 10 });
    const controller = new AbortController();
    const reason = { because: "of this" };
    const sent = batcher.send(item("a"), { signal: controller.signal });
    void batcher.send(item("b"));
    controller.abort(reason);
    await expect(sent).rejects.toBe(reason);
    await clock.advance(10);
    expect(ids()).toEqual(["b"]);
  });

  it("takes nothing when the signal has fired before", async () => {
    const { batcher, clock, calls } = setUp();
    await expect(
      batcher.sendOutcome(item("a"), { signal: AbortSignal.abort("early") }),
    ).resolves.toMatchObject({
      kind: "not-sent",
      error: { code: "wirekit/unknown", cause: "early" },
    });
    await clock.advance(0);
    expect(calls).toHaveLength(0);
  });

  it("says of an item in flight that it may have arrived, and does not retry it", async () => {
    const { batcher, clock, calls } = setUp();
    const outcome = batcher.sendOutcome(item("a"), { timeoutMs: 100 });
    await clock.advance(100);
    await expect(outcome).resolves.toMatchObject({
      kind: "unconfirmed",
      error: { code: "wirekit/unconfirmed", cause: { code: "wirekit/timeout" } },
    });
    calls[0]?.fail(throttled());
    await clock.advance(60_000);
    expect(calls).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("opens the way for the next of its key", async () => {
    const { batcher, clock, calls, ids } = setUp({ retry: { baseDelayMs: 1_000 } });
    const controller = new AbortController();
    const first = batcher.sendOutcome(item("a1", "a"), { signal: controller.signal });
    void batcher.send(item("a2", "a"));
    await clock.advance(0);
    calls[0]?.fail(throttled());
    await clock.settle();
    controller.abort("enough");
    await expect(first).resolves.toMatchObject({ kind: "not-sent", error: { cause: "enough" } });
    await clock.advance(500);
    expect(ids()).toEqual(["a1", "a2"]);
  });

  it("leaves no listener on the caller's signal", async () => {
    const { batcher, clock, last } = setUp();
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    }) as typeof signal.addEventListener;
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    }) as typeof signal.removeEventListener;
    const sent = batcher.send(item("a"), { signal, timeoutMs: 60_000 });
    await clock.advance(0);
    last().deliver();
    await sent;
    expect(listeners).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("flush", () => {
  it("ends the lingering, and resolves when all that was given before has its outcome", async () => {
    const { batcher, clock, ids, calls } = setUp({ lingerMs: 60_000 });
    void batcher.send(item("a"));
    const refusedOne = batcher.sendOutcome(item("b"));
    const flushed = batcher.flush();
    void batcher.send(item("c"));
    await clock.settle();
    expect(ids()).toEqual(["a b c"]);
    expect(await stateOf(flushed)).toBe("pending");
    calls[0]?.answer([delivered, failed(refused()), delivered]);
    await expect(flushed).resolves.toBeUndefined();
    await expect(refusedOne).resolves.toMatchObject({ kind: "rejected" });
  });

  it("resolves at once when there is nothing, and does not wait for what comes later", async () => {
    const { batcher, clock } = setUp({ lingerMs: 60_000 });
    await batcher.flush();
    const flushed = batcher.flush();
    void batcher.send(item("late")).catch(() => undefined);
    await expect(flushed).resolves.toBeUndefined();
    await clock.advance(1);
  });

  it("reaches those that wait for room, too", async () => {
    const { batcher, clock, calls } = setUp({ lingerMs: 60_000, maxPendingEntries: 1 });
    void batcher.send(item("a"));
    void batcher.send(item("b"));
    const flushed = batcher.flush();
    await clock.settle();
    calls[0]?.deliver();
    await clock.settle();
    calls[1]?.deliver();
    await expect(flushed).resolves.toBeUndefined();
  });

  it("can be left", async () => {
    const { batcher, clock } = setUp();
    void batcher.send(item("a")).catch(() => undefined);
    const flushed = batcher.flush({ timeoutMs: 100 });
    const rejected = expect(flushed).rejects.toMatchObject({ code: "wirekit/timeout" });
    await clock.advance(100);
    await rejected;
  });
});

describe("close", () => {
  it("takes nothing more, sends what is held, and reports that nothing is left", async () => {
    const { batcher, clock, last } = setUp({ lingerMs: 60_000 });
    const sent = batcher.send(item("a"));
    const closed = batcher.close();
    await expect(batcher.send(item("b"))).rejects.toBeInstanceOf(ClosedError);
    await clock.settle();
    last().deliver();
    await expect(sent).resolves.toBe("receipt of a");
    await expect(closed).resolves.toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
    expect(await batcher.close()).toBe(await closed);
    expect(clock.pendingTimers).toBe(0);
  });

  it("says what was not sent and what is in doubt when its time is over, and keeps nothing alive", async () => {
    const { batcher, clock, calls } = setUp({ maxEntries: 1, maxInFlight: 1, maxPendingEntries: 2 });
    const outcomes = items(3).map((each) => batcher.sendOutcome(each));
    const closed = batcher.close({ timeoutMs: 100 });
    await clock.advance(100);
    await expect(closed).resolves.toEqual({
      unconfirmed: [{ id: "1" }],
      notSent: [{ id: "2" }, { id: "3" }],
      notHandled: 0,
    });
    expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual([
      "unconfirmed",
      "not-sent",
      "not-sent",
    ]);
    expect(calls[0]?.signal.reason).toBeInstanceOf(ClosedError);
    expect(clock.pendingTimers).toBe(0);
    calls[0]?.deliver();
    await clock.advance(60_000);
    expect(calls).toHaveLength(1);
  });

  it("leaves a flush that ends by the signal of closing without a word", async () => {
    const { batcher, clock } = setUp({
      flush: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        }),
    });
    const outcome = batcher.sendOutcome(item("a"));
    const closed = batcher.close({ timeoutMs: 100 });
    await clock.advance(100);
    await expect(closed).resolves.toEqual({ unconfirmed: [{ id: "a" }], notSent: [], notHandled: 0 });
    await expect(outcome).resolves.toMatchObject({
      kind: "unconfirmed",
      error: { cause: { code: "wirekit/closed" } },
    });
  });

  it("does not wait out a pause before a retry beyond its time", async () => {
    const { batcher, clock, calls } = setUp({ retry: { baseDelayMs: 10_000, maxDelayMs: 10_000 } });
    const outcome = batcher.sendOutcome(item("a"));
    await clock.advance(0);
    calls[0]?.fail(throttled());
    const closed = batcher.close({ timeoutMs: 100 });
    await clock.advance(100);
    await expect(closed).resolves.toEqual({ unconfirmed: [], notSent: [{ id: "a" }], notHandled: 0 });
    await expect(outcome).resolves.toMatchObject({ kind: "not-sent", error: { code: "wirekit/closed" } });
    expect(clock.pendingTimers).toBe(0);
  });

  it("waits for flushes whose callers have given up", async () => {
    const { batcher, clock, calls } = setUp();
    void batcher.send(item("a"), { timeoutMs: 5 }).catch(() => undefined);
    await clock.advance(5);
    const closed = batcher.close();
    await clock.settle();
    expect(await stateOf(closed)).toBe("pending");
    calls[0]?.deliver();
    await expect(closed).resolves.toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
  });

  it("closes at the end of an `await using` block", async () => {
    const { batcher } = setUp();
    await batcher[Symbol.asyncDispose]();
    await expect(batcher.send(item("a"))).rejects.toBeInstanceOf(ClosedError);
  });
});

describe("a try without an answer", () => {
  it("is repeated like one that failed, and a success settles it", async () => {
    const { batcher, clock, calls } = setUp();
    const sent = batcher.send(item("a"));
    await clock.advance(0);
    calls[0]?.answer([unconfirmed(new ConnectionError("the answer was lost"))]);
    await clock.advance(1_000);
    calls[1]?.deliver();
    await expect(sent).resolves.toBe("receipt of a");
  });

  it("leaves the item unconfirmed, whatever the peer says to a later try", async () => {
    const { batcher, clock, calls } = setUp();
    const outcome = batcher.sendOutcome(item("a"));
    await clock.advance(0);
    calls[0]?.answer([unconfirmed(new ConnectionError("the answer was lost"))]);
    await clock.advance(1_000);
    calls[1]?.answer([failed(refused())]);
    await expect(outcome).resolves.toMatchObject({
      kind: "unconfirmed",
      error: { code: "wirekit/unconfirmed", attempts: 2, cause: { code: "test/refused" } },
    });
  });

  it("is not repeated when its error is not retryable", async () => {
    const { batcher, clock, calls } = setUp();
    const sent = batcher.send(item("a"));
    const rejected = expect(sent).rejects.toBeInstanceOf(UnconfirmedError);
    await clock.advance(0);
    calls[0]?.fail(new UnconfirmedError("The message"));
    await rejected;
    await clock.advance(60_000);
    expect(calls).toHaveLength(1);
  });

  it("is reported as unconfirmed by a close that comes before the next try", async () => {
    const { batcher, clock, calls } = setUp({ retry: { baseDelayMs: 10_000, maxDelayMs: 10_000 } });
    const sent = batcher.send(item("a"));
    const rejected = expect(sent).rejects.toBeInstanceOf(UnconfirmedError);
    await clock.advance(0);
    calls[0]?.answer([unconfirmed(new ConnectionError("the answer was lost"))]);
    const closed = batcher.close({ timeoutMs: 100 });
    await clock.advance(100);
    await expect(closed).resolves.toEqual({ unconfirmed: [{ id: "a" }], notSent: [], notHandled: 0 });
    await rejected;
  });
});

it("expires what its time runs out for before its turn", async () => {
  const { batcher, clock, calls } = setUp({ lingerMs: 1_000 });
  const outcome = batcher.sendOutcome(item("a"), { timeoutMs: 100 });
  await clock.advance(100);
  await expect(outcome).resolves.toMatchObject({ kind: "expired", error: { code: "wirekit/timeout" } });
  await clock.advance(1_000);
  expect(calls).toHaveLength(0);
});

it.each([Number.NaN, -1, 2 ** 31, null, "10"])("does not close within %s ms", async (timeoutMs) => {
  const { batcher, clock, last } = setUp();
  await expect(batcher.close({ timeoutMs: timeoutMs as never })).rejects.toThrow("timeoutMs");
  const sent = batcher.send(item("a"));
  await clock.advance(0);
  last().deliver();
  await expect(sent).resolves.toBe("receipt of a");
});

it("counts what it does", async () => {
  const { batcher, clock, calls } = setUp({ maxEntries: 2 });
  for (const each of items(3)) void batcher.sendOutcome(each);
  await clock.advance(0);
  expect(batcher.stats()).toMatchObject({
    inFlightEntries: 3,
    inFlightFlushes: 2,
    waitingEntries: 0,
    flushes: 2,
  });
  calls[0]?.answer([delivered, failed(refused())]);
  calls[1]?.fail(throttled());
  await clock.advance(100);
  expect(batcher.stats()).toMatchObject({
    delivered: 1,
    rejected: 1,
    retries: 1,
    flushes: 3,
    inFlightEntries: 1,
    accepted: 3,
    pending: 1,
  });
});

it("names every option at fault", () => {
  const faulty = () =>
    new Batcher({
      flush: undefined as never,
      maxEntries: 0,
      maxBytes: 10,
      maxEntryBytes: 11,
      lingerMs: -1,
      whenFull: "explode" as never,
      orderOnPartialFailure: "maybe" as never,
      maxInFlight: 1.5,
      retry: { maxAttempts: 0 },
      flushTimeoutMs: Number.NaN,
    });
  expect(faulty).toThrow(ConfigError);
  let error: unknown;
  try {
    faulty();
  } catch (thrown) {
    error = thrown;
  }
  expect((error as ConfigError).issues.map(({ path }) => path)).toEqual([
    "flush",
    "maxEntries",
    "orderOnPartialFailure",
    "lingerMs",
    "maxInFlight",
    "whenFull",
    "retry.maxAttempts",
    "flushTimeoutMs",
    "sizeOf",
    "maxEntryBytes",
  ]);
});
