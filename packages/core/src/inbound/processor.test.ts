import { describe, expect, it } from "@jest/globals";
import { newProcessor, type TestProcessorOptions } from "../../test/new-processor.ts";
import {
  ClosedError,
  ConfigError,
  ConnectionError,
  type LogFields,
  MessageTooLargeError,
  silentLogger,
  TimeoutError,
  UnconfirmedError,
  ValidationError,
  WirekitError,
} from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import {
  type DeadLetter,
  type Delivery,
  type IdempotencyStore,
  type Lease,
  LeaseLostError,
  MemoryIdempotencyStore,
  type Processed,
  type Settlement,
  type SpanHook,
} from "./index.ts";

type TextDelivery = Delivery<string>;

/** A lease that the test takes away. */
class TestLease implements Lease {
  isLost = false;
  ends = 0;
  readonly listeners = new Set<(reason: WirekitError) => void>();

  onLost(listener: (reason: WirekitError) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  end(): void {
    this.ends += 1;
  }

  lose(): void {
    this.isLost = true;
    for (const listener of this.listeners) listener(new LeaseLostError("the test took it"));
  }
}

function setUp(options: TestProcessorOptions<TextDelivery, string> = {}) {
  const clock = new ManualClock();
  const settled: (Settlement<TextDelivery> & { readonly id: string })[] = [];
  const released: string[] = [];
  const told: Processed<TextDelivery>[] = [];
  const logged: { readonly fields: LogFields; readonly message: string }[] = [];
  const log = (fields: LogFields, message: string) => logged.push({ fields, message });
  const processor = newProcessor<string>({
    decode: ({ body }) => body,
    handler: () => undefined,
    settle: async ({ id }, settlement) => settled.push({ id, ...settlement }),
    release: async ({ id }) => released.push(id),
    onProcessed: (processed) => told.push(processed),
    handlerTimeoutMs: 10_000,
    abandonAfterMs: 5_000,
    clock,
    random: () => 0.5,
    logger: { ...silentLogger, warn: log, error: log },
    ...options,
  });
  return { clock, processor, settled, released, told, logged };
}

const slot = (release: () => unknown) => ({ release: () => void release(), park: () => undefined });

const delivery = (facts: Partial<TextDelivery> = {}): TextDelivery => ({
  id: "m1",
  attempt: 1,
  body: "hello",
  ...facts,
});

/** A promise of another library, or what looks like one. */
// biome-ignore lint/suspicious/noThenProperty: that such a thing is waited for like a promise is what is tested
const thenable = (then: PropertyDescriptor): object => Object.defineProperty({}, "then", then);
const never = () => new Promise<never>(() => undefined);

describe("a handler that", () => {
  it.each<[string, () => unknown]>([
    ["returns a promise", async () => "ok"],
    ["returns nothing", () => undefined],
    ["returns something that is no promise", () => 42],
    [
      "returns somebody else's promise",
      () => thenable({ value: (resolve: (value: string) => void) => resolve("ok") }),
    ],
  ])("%s has handled the message", async (_, handler) => {
    const { processor, settled, told } = setUp({ handler });
    const processed = await processor.process(delivery());
    expect(processed).toMatchObject({ outcome: "handled", isDuplicate: false, settlement: { kind: "done" } });
    expect(settled).toEqual([{ id: "m1", kind: "done" }]);
    expect(told).toEqual([processed]);
  });

  it.each<[string, () => unknown, string]>([
    ["rejects", async () => Promise.reject(new ConnectionError("down")), "wirekit/connection"],
    [
      "throws on the spot",
      () => {
        throw new Error("boom");
      },
      "wirekit/unknown",
    ],
    [
      "throws undefined",
      () => {
        throw undefined;
      },
      "wirekit/unknown",
    ],
    ["rejects with null", () => Promise.reject(null), "wirekit/unknown"],
    [
      "returns a promise that cannot be asked",
      () =>
        thenable({
          get: () => {
            throw new Error("then");
          },
        }),
      "wirekit/unknown",
    ],
  ])("%s makes it a retry", async (_, handler, code) => {
    const { processor, settled } = setUp({ handler });
    const processed = await processor.process(delivery());
    expect(processed).toMatchObject({ outcome: "retried", error: { code } });
    expect(settled).toEqual([{ id: "m1", kind: "retry", afterMs: 750 }]);
  });

  it("is given the message, the delivery and a signal", async () => {
    const seen: unknown[] = [];
    const { processor } = setUp({
      decode: ({ body }) => body.toUpperCase(),
      handler: (message, { delivery: given, signal }) => seen.push(message, given.id, signal.aborted),
    });
    await processor.process(delivery());
    expect(seen).toEqual(["HELLO", "m1", false]);
  });
});

describe("retrying", () => {
  it("doubles the pause with every attempt, up to its bound", async () => {
    const { processor, settled } = setUp({
      handler: () => Promise.reject(new Error("no")),
      retry: { baseDelayMs: 100, maxDelayMs: 1_000 },
    });
    for (const attempt of [1, 2, 3, 4, 5, 6, 2_000]) await processor.process(delivery({ attempt }));
    expect(settled.map((each) => each.kind === "retry" && each.afterMs)).toEqual([
      75, 150, 300, 600, 750, 750, 750,
    ]);
  });

  it("waits as long as the error asks for, where that is longer", async () => {
    const error = Object.assign(new ConnectionError("busy"), { retryAfterMs: 30_000 });
    const { processor, settled } = setUp({ handler: () => Promise.reject(error) });
    await processor.process(delivery());
    expect(settled).toEqual([{ id: "m1", kind: "retry", afterMs: 30_000 }]);
  });

  it("counts no pause as none, however often it was tried", async () => {
    const { processor, settled } = setUp({
      handler: () => Promise.reject(new Error("no")),
      retry: { baseDelayMs: 0 },
    });
    await processor.process(delivery({ attempt: 5_000 }));
    expect(settled).toEqual([{ id: "m1", kind: "retry", afterMs: 0 }]);
  });

  it("goes on for ever without a dead-letter sink, because a redrive policy counts for itself", async () => {
    const { processor } = setUp({ handler: () => Promise.reject(new Error("no")) });
    expect(await processor.process(delivery({ attempt: 1_000 }))).toMatchObject({ outcome: "retried" });
  });
});

describe("giving up", () => {
  const failing = () => Promise.reject(new Error("poison"));

  it("writes a dead letter after the last attempt, and settles once it is acknowledged", async () => {
    const events: string[] = [];
    const letters: DeadLetter<TextDelivery>[] = [];
    const { clock, processor } = setUp({
      handler: failing,
      retry: { maxAttempts: 3 },
      deadLetter: {
        sink: async (record) => {
          letters.push(record);
          await Promise.resolve();
          events.push("written");
        },
      },
      settle: (_, { kind }) => events.push(`settled as ${kind}`),
    });
    expect(await processor.process(delivery({ attempt: 2 }))).toMatchObject({ outcome: "retried" });
    const processed = await processor.process(delivery({ attempt: 3 }));
    expect(processed).toMatchObject({ outcome: "dead-lettered", settlement: { kind: "dead-letter" } });
    expect(events).toEqual(["settled as retry", "written", "settled as dead-letter"]);
    expect(letters).toEqual([
      {
        delivery: delivery({ attempt: 3 }),
        reason: "attempts-exhausted",
        error: expect.objectContaining({ message: "poison" }),
        failedAt: clock.now(),
      },
    ]);
  });

  it.each<[string, () => unknown]>([
    ["rejects", () => Promise.reject(new ConnectionError("sink down"))],
    ["rejects with an error that is not ours", () => Promise.reject(new Error("sink down"))],
    ["does not know whether it has arrived", () => Promise.reject(new UnconfirmedError("sink down"))],
    ["is closed by somebody", () => Promise.reject(new ClosedError("sink down"))],
    [
      "throws on the spot",
      () => {
        throw new ConnectionError("sink down");
      },
    ],
  ])("tries only the writing again when the sink %s: the handler has had its turn", async (_, fail) => {
    let handled = 0;
    let tries = 0;
    const { clock, processor, settled } = setUp({
      handler: () => {
        handled += 1;
        return failing();
      },
      retry: { maxAttempts: 1 },
      deadLetter: { sink: (async () => (++tries <= 3 ? fail() : undefined)) as () => Promise<unknown> },
    });
    const processing = processor.process(delivery());
    await clock.advance(2_000);
    expect({ tries, settled }).toEqual({ tries: 2, settled: [] });
    await clock.advance(10_000);
    expect(await processing).toMatchObject({ outcome: "dead-lettered", error: { message: "poison" } });
    expect(settled).toMatchObject([{ kind: "dead-letter" }]);
    expect(handled).toBe(1);
    expect(processor.stats()).toMatchObject({ failedDeadLetters: 3, retried: 0, deadLettered: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it("tries again when the sink never answers, and tells the sink by its signal", async () => {
    const signals: AbortSignal[] = [];
    const { clock, processor } = setUp({
      handler: failing,
      retry: { maxAttempts: 1 },
      deadLetter: {
        timeoutMs: 2_000,
        sink: async (_, { signal }) => {
          signals.push(signal);
          if (signals.length === 1) await never();
        },
      },
    });
    const processing = processor.process(delivery());
    await clock.advance(2_000);
    expect(signals[0]?.reason).toMatchObject({ code: "wirekit/timeout" });
    await clock.advance(1_000);
    expect(await processing).toMatchObject({ outcome: "dead-lettered" });
  });

  it("waits longer and longer, up to half a minute, and as long as the error asks for", async () => {
    const at: number[] = [];
    const { clock, processor } = setUp({
      handler: failing,
      retry: { maxAttempts: 1 },
      deadLetter: {
        sink: async () => {
          at.push(clock.monotonic());
          throw Object.assign(new ConnectionError("busy"), at.length === 8 && { retryAfterMs: 60_000 });
        },
      },
    });
    void processor.process(delivery());
    await clock.advance(190_000);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(pauses).toEqual([750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 60_000, 22_500, 22_500]);
  });

  it.each<[string, WirekitError]>([
    ["is gone", new WirekitError("no such queue", { code: "aws/gone" })],
    ["is too small", new MessageTooLargeError({ bytes: 2, maxBytes: 1 })],
  ])("leaves a message to its source, loudly, when the sink says that its place %s", async (_, error) => {
    let handled = 0;
    let tries = 0;
    const { processor, settled, logged } = setUp({
      handler: () => {
        handled += 1;
        return failing();
      },
      classify: () => "dead-letter",
      deadLetter: {
        sink: async () => {
          tries += 1;
          if (tries < 3) throw error;
        },
      },
    });
    const processed = await processor.process(delivery());
    expect(processed).toMatchObject({ outcome: "left", settlement: { kind: "leave", sinkError: error } });
    expect(logged).toEqual([]);
    // It comes again: its handler is not called, only the sink.
    expect(await processor.process(delivery({ attempt: 2 }))).toMatchObject({ outcome: "left" });
    expect(await processor.process(delivery({ attempt: 3 }))).toMatchObject({
      outcome: "dead-lettered",
      settlement: { record: { reason: "not-retryable", error: { message: "poison" } } },
    });
    expect(settled.map(({ kind }) => kind)).toEqual(["leave", "leave", "dead-letter"]);
    expect({ handled, tries }).toEqual({ handled: 1, tries: 3 });
    // That is over with.
    await processor.process(delivery({ attempt: 1 }));
    expect(handled).toBe(2);
  });

  it("ends its tries with the lease, and goes on when the message comes again", async () => {
    let handled = 0;
    let fault: Error | undefined = new ConnectionError("sink down");
    const lease = new TestLease();
    const { clock, processor, settled } = setUp({
      handler: () => {
        handled += 1;
        return failing();
      },
      classify: () => "dead-letter",
      deadLetter: {
        sink: async () => {
          if (fault !== undefined) throw fault;
        },
      },
    });
    const processing = processor.process(delivery({ key: "k", lease }));
    await clock.advance(5_000);
    lease.lose();
    expect(await processing).toMatchObject({ outcome: "left", error: { code: "wirekit/lease-lost" } });
    expect(lease.listeners.size).toBe(0);
    fault = undefined;
    expect(await processor.process(delivery({ key: "k", attempt: 2 }))).toMatchObject({
      outcome: "dead-lettered",
    });
    expect(handled).toBe(1);
    expect(settled).toMatchObject([{ kind: "dead-letter" }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("gives the message back when the consumer closes: at once from a pause, in the end from a try", async () => {
    const signals: AbortSignal[] = [];
    let isHanging = false;
    const { clock, processor, released, settled } = setUp({
      handler: failing,
      retry: { maxAttempts: 1 },
      deadLetter: {
        sink: (_, { signal }) => {
          signals.push(signal);
          return isHanging ? never() : Promise.reject(new ConnectionError("sink down"));
        },
      },
    });
    const paused = processor.process(delivery({ id: "paused" }));
    await clock.settle();
    processor.beginClosing();
    expect(await paused).toMatchObject({ outcome: "left", error: { code: "wirekit/closed" } });
    expect(signals).toHaveLength(2);
    isHanging = true;
    const hanging = processor.process(delivery({ id: "hanging" }));
    await clock.settle();
    processor.abort(new ClosedError("The consumer"));
    expect(await hanging).toMatchObject({ outcome: "left", error: { code: "wirekit/closed" } });
    expect(signals.at(-1)?.aborted).toBe(true);
    expect(released).toEqual(["paused", "hanging"]);
    expect(settled).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("writes what comes once more after its last attempt, as after a restart, without its handler", async () => {
    let handled = 0;
    const { processor, settled } = setUp({
      handler: () => {
        handled += 1;
      },
      retry: { maxAttempts: 2 },
      deadLetter: { sink: async () => undefined },
    });
    expect(await processor.process(delivery({ attempt: 3 }))).toMatchObject({
      outcome: "dead-lettered",
      error: { code: "wirekit/attempts-exhausted" },
    });
    expect(settled).toMatchObject([{ record: { reason: "attempts-exhausted" } }]);
    expect(handled).toBe(0);
    // What stands behind another of its key is given back unhandled, and that counts as a delivery, too.
    expect(await processor.process(delivery({ key: "k", attempt: 3 }))).toMatchObject({ outcome: "handled" });
    expect(handled).toBe(1);
  });

  it("leaves the message to its source when there is no sink", async () => {
    const { processor, settled } = setUp({ handler: failing, retry: { maxAttempts: 2 } });
    expect(await processor.process(delivery({ attempt: 2 }))).toMatchObject({ outcome: "left" });
    expect(settled).toMatchObject([{ kind: "leave", record: { reason: "attempts-exhausted" } }]);
  });

  it("does not try again what is said to be hopeless", async () => {
    const { processor, settled } = setUp({
      handler: () => Promise.reject(new WirekitError("never", { code: "test/never" })),
      classify: (thrown) =>
        thrown instanceof WirekitError && thrown.code === "test/never" ? "dead-letter" : "retry",
      deadLetter: { sink: async () => undefined },
    });
    expect(await processor.process(delivery())).toMatchObject({ outcome: "dead-lettered" });
    expect(settled).toMatchObject([{ record: { reason: "not-retryable" } }]);
  });

  it("retries when the classification itself fails", async () => {
    const { processor } = setUp({
      handler: failing,
      classify: () => {
        throw new Error("bug");
      },
    });
    expect(await processor.process(delivery())).toMatchObject({
      outcome: "retried",
      error: { message: "poison" },
    });
  });
});

describe("an invalid message", () => {
  const invalid = new ValidationError([{ path: "payload.value", message: "is required" }]);

  it("is left to the queue and reported where there is no sink", async () => {
    let handled = 0;
    const { processor, settled } = setUp({
      decode: () => {
        throw invalid;
      },
      handler: () => {
        handled += 1;
      },
    });
    expect(await processor.process(delivery())).toMatchObject({ outcome: "invalid", error: invalid });
    expect(settled).toMatchObject([{ kind: "leave", record: { reason: "invalid", error: invalid } }]);
    expect(handled).toBe(0);
  });

  it("is written to the sink where there is one, unless it is to be left", async () => {
    const letters: unknown[] = [];
    const sink = {
      decode: () => Promise.reject(invalid),
      deadLetter: { sink: async (letter: unknown) => letters.push(letter) },
    };
    const first = setUp(sink);
    expect(await first.processor.process(delivery())).toMatchObject({
      outcome: "invalid",
      settlement: { kind: "dead-letter" },
    });
    const second = setUp({ ...sink, whenInvalid: "leave" });
    expect(await second.processor.process(delivery())).toMatchObject({
      outcome: "invalid",
      settlement: { kind: "leave" },
    });
    expect(letters).toHaveLength(1);
  });

  it("is never quoted by the error about it", async () => {
    const { processor } = setUp({ decode: ({ body }) => JSON.parse(body) });
    const { error } = await processor.process(delivery({ body: "secret: 4711" }));
    expect(error).toBeInstanceOf(ValidationError);
    expect(JSON.stringify([error?.message, error?.cause, error?.details])).not.toContain("4711");
  });

  it.each<[string, unknown]>([
    ["a key service that is down", new ConnectionError("key service down")],
    ["a database that refuses the keys", new WirekitError("denied", { code: "aws/denied" })],
    ["a driver's own error", new Error("connection to secret-host refused")],
    ["a bug", new TypeError("x is not a function")],
    ["nothing at all", undefined],
  ])(
    "is not what a message is whose decoding fails by %s: it is retried, then given up",
    async (_, thrown) => {
      const { processor, settled } = setUp({
        decode: () => Promise.reject(thrown),
        retry: { maxAttempts: 2 },
        deadLetter: { sink: async () => undefined },
      });
      const first = await processor.process(delivery());
      expect(first).toMatchObject({ outcome: "retried" });
      expect(first.error?.message).not.toContain("secret-host");
      expect(await processor.process(delivery({ attempt: 2 }))).toMatchObject({ outcome: "dead-lettered" });
      expect(settled[1]).toMatchObject({ record: { reason: "attempts-exhausted" } });
    },
  );
});

describe("a handler that ignores its time-out", () => {
  it("has its delivery settled as a retry, and is waited for before the next begins", async () => {
    let signal: AbortSignal | undefined;
    let end: () => void = () => undefined;
    const ended: string[] = [];
    const { clock, processor, settled } = setUp({
      handler: (_, context) => {
        signal = context.signal;
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      },
    });
    const processing = processor.process(
      delivery(),
      slot(() => ended.push("handler")),
    );
    void Promise.resolve(processing).then(() => ended.push("process"));
    await clock.advance(10_000);
    expect(signal?.reason instanceof TimeoutError).toBe(true);
    expect(settled).toMatchObject([{ kind: "retry" }]);
    expect(ended).toEqual([]);
    await clock.advance(4_999);
    expect(ended).toEqual([]);
    end();
    await clock.settle();
    expect(ended).toEqual(["handler", "process"]);
    expect(settled).toHaveLength(1);
    expect(processor.stats()).toMatchObject({ retried: 1, abandoned: 0, processing: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it("is abandoned after a while, and counted", async () => {
    let hasEnded = false;
    const { clock, processor, logged } = setUp({ handler: never });
    const release = () => {
      hasEnded = true;
    };
    const processing = processor.process(delivery(), slot(release));
    await clock.advance(15_000);
    expect(await processing).toMatchObject({ outcome: "retried", error: { code: "wirekit/timeout" } });
    expect(hasEnded).toBe(true);
    expect(processor.stats()).toMatchObject({ abandoned: 1 });
    expect(logged.map(({ message }) => message)).toEqual([
      "A handler ignores its signal and is waited for no longer",
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("changes nothing by a late success, nor by a late failure", async () => {
    for (const late of ["resolve", "reject"] as const) {
      let end: () => void = () => undefined;
      const { clock, processor, settled } = setUp({
        handler: () =>
          new Promise<void>((resolve, reject) => {
            end = () => (late === "resolve" ? resolve() : reject(new Error("late")));
          }),
      });
      const processing = processor.process(delivery());
      await clock.advance(10_000);
      end();
      await processing;
      expect(settled).toMatchObject([{ kind: "retry" }]);
    }
  });

  it("may be a decoder as well", async () => {
    const { clock, processor, settled } = setUp({ decode: never });
    const processing = processor.process(delivery());
    await clock.advance(15_000);
    await processing;
    expect(settled).toMatchObject([{ kind: "retry" }]);
    expect(processor.stats()).toMatchObject({ abandoned: 1 });
  });
});

describe("a lease", () => {
  it("that was lost while the message waited drops it without running it", async () => {
    let handled = 0;
    const { processor, settled } = setUp({
      handler: () => {
        handled += 1;
      },
    });
    const lease = new TestLease();
    lease.isLost = true;
    const processed = await processor.process(delivery({ lease }));
    expect(processed).toMatchObject({ outcome: "left", error: { code: "wirekit/lease-lost" } });
    expect({ handled, settled, settlement: processed.settlement }).toEqual({
      handled: 0,
      settled: [],
      settlement: undefined,
    });
  });

  it("that is lost while the handler runs fires its signal, and its result is not acknowledged", async () => {
    let signal: AbortSignal | undefined;
    let end: () => void = () => undefined;
    const { clock, processor, settled, told } = setUp({
      handler: (_, context) => {
        signal = context.signal;
        return new Promise<void>((resolve) => {
          end = resolve;
        });
      },
    });
    const lease = new TestLease();
    const processing = processor.process(delivery({ lease }));
    await clock.settle();
    lease.lose();
    await clock.settle();
    expect(signal?.reason).toBeInstanceOf(LeaseLostError);
    expect(told).toMatchObject([{ outcome: "left" }]);
    end();
    await processing;
    expect(settled).toEqual([]);
    expect(processor.stats()).toMatchObject({ left: 1, handled: 0, abandoned: 0 });
    expect(lease.listeners.size).toBe(0);
  });

  it("that is lost after the handler and before the settlement is not settled either", async () => {
    const lease = new TestLease();
    const { processor, settled } = setUp({
      handler: () => Promise.reject(new Error("poison")),
      retry: { maxAttempts: 1 },
      deadLetter: { sink: async () => lease.lose() },
    });
    expect(await processor.process(delivery({ lease }))).toMatchObject({ outcome: "left" });
    expect(settled).toEqual([]);
  });

  it.each<[string, TestProcessorOptions<TextDelivery, string>]>([
    ["is settled", {}],
    ["fails", { handler: () => Promise.reject(new Error("no")) }],
    ["cannot be settled", { settle: () => Promise.reject(new ConnectionError("reset")) }],
  ])("ends when its message %s, so that it is renewed for nobody", async (_, options) => {
    const lease = new TestLease();
    const { processor } = setUp(options);
    await processor.process(delivery({ lease }));
    expect(lease.ends).toBe(1);
  });

  it("that has run out without a word is noticed before the settlement", async () => {
    const lease = new TestLease();
    const { processor, settled } = setUp({
      handler: () => {
        lease.isLost = true;
      },
    });
    expect(await processor.process(delivery({ lease }))).toMatchObject({
      outcome: "left",
      error: { code: "wirekit/lease-lost" },
    });
    expect(settled).toEqual([]);
  });
});

describe("settling", () => {
  it.each<[string, () => unknown]>([
    ["rejects", () => Promise.reject(new ConnectionError("reset"))],
    [
      "throws on the spot",
      () => {
        throw undefined;
      },
    ],
  ])("that %s is reported and counted, and the message counts as left", async (_, settle) => {
    const { processor, logged } = setUp({ settle });
    expect(await processor.process(delivery())).toMatchObject({ outcome: "left" });
    expect(processor.stats()).toMatchObject({ failedSettlements: 1, left: 1, handled: 0 });
    expect(logged).toHaveLength(1);
  });

  it("that never ends is waited for only so long", async () => {
    const { clock, processor } = setUp({ settle: never, settleTimeoutMs: 3_000 });
    const processing = processor.process(delivery());
    await clock.advance(3_000);
    expect(await processing).toMatchObject({ outcome: "left", error: { code: "wirekit/timeout" } });
    expect(clock.pendingTimers).toBe(0);
  });

  it("does not keep the slot of a handler that has ended", async () => {
    const events: string[] = [];
    const { processor } = setUp({ settle: async () => events.push("settled") });
    await processor.process(
      delivery(),
      slot(() => events.push("handler ended")),
    );
    expect(events).toEqual(["handler ended", "settled"]);
  });
});

describe("closing", () => {
  it("fires the signals; a handler that then succeeds has succeeded, one that fails is given back", async () => {
    const { clock, processor, settled, released } = setUp({
      handler: (message, { signal }) =>
        new Promise<void>((resolve, reject) => {
          signal.addEventListener("abort", () =>
            message === "finishes" ? resolve() : reject(signal.reason),
          );
        }),
    });
    const processing = ["finishes", "stops"].map((body) => processor.process(delivery({ id: body, body })));
    await clock.settle();
    processor.abort(new ClosedError("The consumer"));
    expect((await Promise.all(processing)).map(({ outcome }) => outcome)).toEqual(["handled", "left"]);
    expect({ settled, released }).toEqual({
      settled: [{ id: "finishes", kind: "done" }],
      released: ["stops"],
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it("leaves a handler that does not heed its signal, without settling or giving back what it works on", async () => {
    const { clock, processor, settled, released } = setUp({ handler: never });
    const processing = processor.process(delivery());
    await clock.settle();
    processor.abort(new ClosedError("The consumer"));
    await clock.settle();
    processor.abandon(new ClosedError("The consumer"));
    expect(await processing).toMatchObject({ outcome: "left" });
    expect({ settled, released }).toEqual({ settled: [], released: [] });
    expect(clock.pendingTimers).toBe(0);
  });

  it("stops waiting for a handler that has outlived its time-out", async () => {
    const { clock, processor, settled } = setUp({ handler: never });
    const processing = processor.process(delivery());
    await clock.advance(10_001);
    processor.abandon(new ClosedError("The consumer"));
    expect(await processing).toMatchObject({ outcome: "retried" });
    expect(settled).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("gives back a message whose decoding was stopped", async () => {
    const { clock, processor, released } = setUp({
      decode: (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const processing = processor.process(delivery());
    await clock.settle();
    processor.abort(new Error("close"));
    expect(await processing).toMatchObject({ outcome: "left" });
    expect(released).toEqual(["m1"]);
  });

  it("shows a signal that has fired to a handler that asks for it late", async () => {
    let isAborted: boolean | undefined;
    let goOn: () => void = () => undefined;
    const { clock, processor } = setUp({
      handler: async (_, context) => {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        isAborted = context.signal.aborted;
      },
    });
    const processing = processor.process(delivery());
    await clock.settle();
    processor.abort(new Error("close"));
    goOn();
    await processing;
    expect(isAborted).toBe(true);
  });
});

describe("idempotency", () => {
  function setUpOnce(
    options: TestProcessorOptions<TextDelivery, string> = {},
    store?: Partial<IdempotencyStore>,
  ) {
    let handled = 0;
    const clock = new ManualClock();
    const memory = new MemoryIdempotencyStore({ clock });
    const calls = {
      begin: memory.begin.bind(memory),
      complete: memory.complete.bind(memory),
      abandon: memory.abandon.bind(memory),
      renew: memory.renew.bind(memory),
      ...store,
    };
    const context = setUp({
      clock,
      handler: () => {
        handled += 1;
        return { id: handled };
      },
      idempotency: { store: calls, keyOf: (message) => message, claimTtlMs: 12_000 },
      ...options,
    });
    return { ...context, clock, memory, handledCount: () => handled };
  }

  it("handles a message once, and acknowledges it again when it comes again", async () => {
    const { processor, settled, handledCount, memory } = setUpOnce();
    expect(await processor.process(delivery())).toMatchObject({ outcome: "handled", isDuplicate: false });
    expect(await processor.process(delivery({ attempt: 2 }))).toMatchObject({
      outcome: "handled",
      isDuplicate: true,
    });
    expect(handledCount()).toBe(1);
    expect(settled.map(({ kind }) => kind)).toEqual(["done", "done"]);
    expect(processor.stats()).toMatchObject({ handled: 2, duplicates: 1 });
    expect(await memory.begin("hello", { ttlMs: 1 })).toEqual({ kind: "done", result: { id: 1 } });
  });

  it("never acknowledges what somebody else is handling: it comes again later", async () => {
    const { processor, settled, handledCount, memory } = setUpOnce();
    await memory.begin("hello", { ttlMs: 60_000 });
    expect(await processor.process(delivery({ attempt: 50 }))).toMatchObject({
      outcome: "retried",
      error: { code: "wirekit/in-progress" },
    });
    expect(handledCount()).toBe(0);
    expect(settled).toMatchObject([{ kind: "retry" }]);
  });

  it("frees the claim of a handler that failed", async () => {
    const { processor, memory } = setUpOnce({ handler: () => Promise.reject(new Error("no")) });
    await processor.process(delivery());
    expect(await memory.begin("hello", { ttlMs: 1 })).toMatchObject({ kind: "begun" });
  });

  it("keeps the claim while a handler has outlived its time-out, and notes what it still comes to", async () => {
    let end: (result: string) => void = () => undefined;
    const { clock, processor, memory, settled } = setUpOnce({
      abandonAfterMs: 60_000,
      handler: () =>
        new Promise<string>((resolve) => {
          end = resolve;
        }),
    });
    const processing = processor.process(delivery());
    await clock.advance(40_000);
    expect(settled).toMatchObject([{ kind: "retry" }]);
    expect(await memory.begin("hello", { ttlMs: 1 })).toEqual({ kind: "in-progress" });
    end("late");
    await processing;
    await clock.settle();
    expect(await memory.begin("hello", { ttlMs: 1 })).toEqual({ kind: "done", result: "late" });
    expect(clock.pendingTimers).toBe(0);
  });

  it("lets the claim of an abandoned handler run out", async () => {
    const { clock, processor, memory } = setUpOnce({ handler: never });
    const processing = processor.process(delivery());
    await clock.advance(15_000);
    await processing;
    await clock.advance(12_000);
    expect(await memory.begin("hello", { ttlMs: 1 })).toMatchObject({ kind: "begun" });
    expect(clock.pendingTimers).toBe(0);
  });

  it("frees the claim of a handler that fails after it was abandoned by its lease", async () => {
    let fail: () => void = () => undefined;
    const lease = new TestLease();
    const { clock, processor, memory } = setUpOnce({
      handler: () =>
        new Promise((_, reject) => {
          fail = () => reject(new Error("stopped"));
        }),
    });
    const processing = processor.process(delivery({ lease }));
    await clock.settle();
    lease.lose();
    fail();
    await processing;
    await clock.settle();
    expect(await memory.begin("hello", { ttlMs: 1 })).toMatchObject({ kind: "begun" });
  });

  it("renews the claim while the handler runs, and fires its signal when the claim is somebody else's", async () => {
    let signal: AbortSignal | undefined;
    let renewals = 0;
    const { clock, processor } = setUpOnce(
      {
        handler: (_, context) => {
          signal = context.signal;
          return never();
        },
      },
      {
        renew: async () => {
          renewals += 1;
          if (renewals === 1) throw new ConnectionError("store down");
          return renewals < 2;
        },
      },
    );
    void processor.process(delivery());
    await clock.advance(4_000);
    expect([renewals, signal?.aborted]).toEqual([1, false]);
    await clock.advance(4_000);
    expect(renewals).toBe(2);
    expect(signal?.reason).toBeInstanceOf(LeaseLostError);
    await clock.advance(100_000);
    expect(renewals).toBe(2);
  });

  it("retries, and never makes a dead letter of, a message when the store cannot be asked", async () => {
    const { processor, handledCount } = setUpOnce(
      { retry: { maxAttempts: 1 }, deadLetter: { sink: async () => undefined } },
      { begin: () => Promise.reject(new ConnectionError("store down")) },
    );
    expect(await processor.process(delivery({ attempt: 9 }))).toMatchObject({ outcome: "retried" });
    expect(handledCount()).toBe(0);
  });

  it("does not wait for ever for the store, and gives back a claim that comes too late", async () => {
    let answer: (claim: { kind: "begun"; token: string }) => void = () => undefined;
    const abandoned: string[] = [];
    const { clock, processor } = setUpOnce(
      {},
      {
        begin: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
        abandon: async (_, token) => abandoned.push(token) > 0,
      },
    );
    const processing = processor.process(delivery());
    await clock.advance(5_000);
    expect(await processing).toMatchObject({ outcome: "retried", error: { code: "wirekit/timeout" } });
    answer({ kind: "begun", token: "late" });
    await clock.settle();
    expect(abandoned).toEqual(["late"]);
  });

  it("acknowledges what was handled also when that cannot be noted down, and says so", async () => {
    const { processor, settled, logged } = setUpOnce(
      {},
      { complete: () => Promise.reject(new ConnectionError("store down")) },
    );
    expect(await processor.process(delivery())).toMatchObject({ outcome: "handled" });
    expect(settled).toMatchObject([{ kind: "done" }]);
    expect(logged.map(({ message }) => message)).toEqual([
      "The idempotency store failed in completing a claim",
    ]);
  });

  it("does not begin when the lease was lost while it asked", async () => {
    const lease = new TestLease();
    const { processor, handledCount, memory } = setUpOnce(
      {},
      {
        begin: async () => {
          lease.lose();
          return { kind: "begun", token: "t" };
        },
      },
    );
    expect(await processor.process(delivery({ lease }))).toMatchObject({ outcome: "left" });
    expect(handledCount()).toBe(0);
    expect(await memory.begin("hello", { ttlMs: 1 })).toMatchObject({ kind: "begun" });
  });

  it("handles a message without a key as often as it comes, and fails one whose key cannot be found", async () => {
    const keyless = setUpOnce({
      idempotency: { store: new MemoryIdempotencyStore(), keyOf: () => undefined, claimTtlMs: 12_000 },
    });
    await keyless.processor.process(delivery());
    await keyless.processor.process(delivery());
    expect(keyless.handledCount()).toBe(2);
    const faulty = setUpOnce({
      retry: { maxAttempts: 1 },
      idempotency: {
        store: new MemoryIdempotencyStore(),
        keyOf: () => {
          throw new Error("no key");
        },
        claimTtlMs: 12_000,
      },
    });
    expect(await faulty.processor.process(delivery())).toMatchObject({
      outcome: "left",
      settlement: { kind: "leave" },
    });
  });

  it("refuses a claim that does not outlast the handler", () => {
    const faulty = () =>
      setUp({
        idempotency: { store: new MemoryIdempotencyStore(), keyOf: (message) => message, claimTtlMs: 10_000 },
      });
    expect(faulty).toThrow(ConfigError);
    expect(faulty).toThrow("idempotency.claimTtlMs must be longer than handlerTimeoutMs");
  });
});

describe("a span", () => {
  it("goes around the handler, knows the message, and ends with its error or time-out", async () => {
    const spans: unknown[] = [];
    const { clock, processor } = setUp({
      handler: (message) => (message === "hangs" ? never() : Promise.reject(new Error("failed"))),
      span: async ({ message, delivery: { id } }, run) => {
        try {
          return await run();
        } catch (error) {
          spans.push([id, message, (error as Error).message]);
          throw error;
        }
      },
    });
    void processor.process(delivery({ id: "a", body: "fails" }));
    void processor.process(delivery({ id: "b", body: "hangs" }));
    await clock.advance(10_000);
    expect(spans).toEqual([
      ["a", "fails", "failed"],
      ["b", "hangs", "The handler took longer than 10000 ms"],
    ]);
  });

  it.each<[string, SpanHook<TextDelivery, string>]>([
    [
      "throws before the handler",
      () => {
        throw new Error("tracer");
      },
    ],
    ["rejects before the handler", () => Promise.reject(new Error("tracer"))],
    ["forgets the handler", async () => undefined as never],
    ["is no promise", () => undefined as never],
    [
      "throws after the handler",
      async (_, run) => {
        await run();
        throw new Error("exporter");
      },
    ],
    [
      "swallows what the handler returned",
      async (_, run) => {
        await run();
        return undefined as never;
      },
    ],
    [
      "calls the handler twice",
      async (_, run) => {
        await run();
        return await run();
      },
    ],
    [
      "never ends",
      async (_, run) => {
        await run();
        return await never();
      },
    ],
  ])("that %s does not decide about the message", async (_, span) => {
    let handled = 0;
    const { processor, settled } = setUp({
      span,
      handler: () => {
        handled += 1;
      },
    });
    expect(await processor.process(delivery())).toMatchObject({ outcome: "handled" });
    expect(handled).toBe(1);
    expect(settled).toHaveLength(1);
  });

  it("that never runs the handler ends with the time-out, and does not run it later", async () => {
    let handled = 0;
    let goOn: () => void = () => undefined;
    const { clock, processor } = setUp({
      handler: () => {
        handled += 1;
      },
      span: async (_, run) => {
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
        return run();
      },
    });
    const processing = processor.process(delivery());
    await clock.advance(10_000);
    expect(await processing).toMatchObject({ outcome: "retried", error: { code: "wirekit/timeout" } });
    goOn();
    await clock.advance(60_000);
    expect(handled).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it("that is slow is waited for neither before the settlement nor after it", async () => {
    const { clock, processor } = setUp({
      span: async (_, run) => {
        await Promise.resolve();
        await run();
        return await never();
      },
    });
    expect(await processor.process(delivery())).toMatchObject({ outcome: "handled" });
    expect(clock.pendingTimers).toBe(0);
  });
});

it("counts each delivery once", async () => {
  const { processor } = setUp({
    decode: ({ body }) => {
      if (body === "invalid") throw new ValidationError([]);
      return body;
    },
    handler: (message) => (message === "fails" ? Promise.reject(new Error("no")) : undefined),
    retry: { maxAttempts: 3 },
    deadLetter: { sink: async () => undefined },
  });
  const bodies = ["ok", "ok", "fails", "invalid"];
  await Promise.all(bodies.map((body) => processor.process(delivery({ body }))));
  await processor.process(delivery({ body: "fails", attempt: 3 }));
  expect(processor.stats()).toEqual({
    handled: 2,
    retried: 1,
    deadLettered: 1,
    invalid: 1,
    left: 0,
    processing: 0,
    duplicates: 0,
    abandoned: 0,
    failedSettlements: 0,
    failedDeadLetters: 0,
  });
});

it("is not stopped by a listener that throws", async () => {
  const { processor, settled } = setUp({
    onProcessed: () => {
      throw new Error("listener");
    },
  });
  expect(await processor.process(delivery())).toMatchObject({ outcome: "handled" });
  expect(settled).toHaveLength(1);
});

it("names every option at fault", () => {
  const faulty = () =>
    newProcessor({
      decode: null as never,
      handler: 1 as never,
      handlerTimeoutMs: 0,
      retry: { maxAttempts: 0, baseDelayMs: -1 },
      whenInvalid: "dead-letter",
    });
  expect(faulty).toThrow(
    /decode .*; handlerTimeoutMs .*; retry\.maxAttempts .*; retry\.baseDelayMs .*; handler .*; deadLetter /,
  );
});
