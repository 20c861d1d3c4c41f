import { describe, expect, it } from "@jest/globals";
import { newProcessor, type TestProcessorOptions } from "../../test/new-processor.ts";
import { silentLogger, type WirekitError } from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import {
  createConsumer,
  type Delivery,
  type Intake,
  type Lease,
  LeaseLostError,
  type Processed,
} from "./index.ts";
import { Slots } from "./slots.ts";

type TextDelivery = Delivery<string>;

/** A lease that the test takes away, and that knows who listens. */
class TestLease implements Lease {
  readonly listeners = new Set<(reason: WirekitError) => void>();
  #reason: WirekitError | undefined;

  get isLost(): boolean {
    return this.#reason !== undefined;
  }

  onLost(listener: (reason: WirekitError) => void): () => void {
    if (this.#reason !== undefined) listener(this.#reason);
    else this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  end(): void {
    this.listeners.clear();
  }

  lose(): void {
    this.#reason = new LeaseLostError("the test took it");
    for (const listener of this.listeners) listener(this.#reason);
  }
}

const delivery = (facts: Partial<TextDelivery> = {}): TextDelivery => ({
  id: "m1",
  attempt: 1,
  body: "hello",
  ...facts,
});

function setUp(options: TestProcessorOptions<TextDelivery, string> = {}) {
  const clock = new ManualClock();
  const settled: string[] = [];
  const processor = newProcessor<string>({
    decode: ({ body }) => body,
    handler: () => undefined,
    settle: ({ id }, { kind }) => {
      settled.push(`${id} ${kind}`);
    },
    handlerTimeoutMs: 10_000,
    clock,
    random: () => 0.5,
    logger: silentLogger,
    ...options,
  });
  return { clock, processor, settled };
}

describe("a message that nothing has to be waited for", () => {
  it("is settled and counted when process returns, without a timer or a listener on its lease", () => {
    const lease = new TestLease();
    const seen: number[] = [];
    const { clock, processor, settled } = setUp({
      handler: () => seen.push(clock.pendingTimers, lease.listeners.size),
    });
    let ends = 0;
    const release = () => {
      ends += 1;
    };
    const processed = processor.process(delivery({ lease }), { release, park: () => undefined });
    expect(processed).toMatchObject({ outcome: "handled", settlement: { kind: "done" } });
    expect(settled).toEqual(["m1 done"]);
    expect(seen).toEqual([0, 0]);
    expect(ends).toBe(1);
    expect(processor.stats()).toMatchObject({ handled: 1, processing: 0 });
  });

  it("is retried, given up and left in the same way", () => {
    const { processor, settled } = setUp({
      handler: () => {
        throw new Error("no");
      },
      retry: { maxAttempts: 2 },
    });
    expect(processor.process(delivery())).toMatchObject({ outcome: "retried" });
    expect(settled).toEqual(["m1 retry"]);
    expect(processor.stats()).toMatchObject({ retried: 1, processing: 0 });
  });

  it("that loses its lease meanwhile is not settled, and says why", () => {
    const lease = new TestLease();
    const { processor, settled } = setUp({ handler: () => lease.lose() });
    const processed = processor.process(delivery({ lease }));
    expect(processed).toMatchObject({ outcome: "left", settlement: undefined });
    expect((processed as Processed).error?.message).toContain("the test took it");
    expect(settled).toEqual([]);
  });

  it("whose settling takes time is not done before that", async () => {
    let settle: () => void = () => undefined;
    const { processor } = setUp({
      settle: () =>
        new Promise<void>((resolve) => {
          settle = resolve;
        }),
    });
    const begun = processor.process(delivery());
    expect(processor.stats()).toMatchObject({ handled: 0, processing: 1 });
    settle();
    expect(await begun).toMatchObject({ outcome: "handled" });
  });
});

describe("a handler that asks for its signal on the spot", () => {
  it("sees it fire when the lease is lost, though nobody waits for the handler", () => {
    const lease = new TestLease();
    let hasFired = false;
    const { processor, clock } = setUp({
      handler: (_, { signal }) => {
        lease.lose();
        hasFired = signal.aborted;
      },
    });
    expect(processor.process(delivery({ lease }))).toMatchObject({ outcome: "left" });
    expect(hasFired).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it("after it has returned is given one that never fires, and that keeps nothing alive", async () => {
    const signals: (() => AbortSignal)[] = [];
    const { processor, clock } = setUp({
      handler: (_, context) => signals.push(() => context.signal),
    });
    processor.process(delivery());
    const [late] = signals.map((signal) => signal());
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(20_000);
    expect(late?.aborted).toBe(false);
  });
});

describe("the time-out", () => {
  it("counts from the start of decoding, also where that was done at once", async () => {
    const { processor, clock } = setUp({
      decode: async ({ body }) => {
        await new Promise<void>((resolve) => void clock.setTimer(resolve, 6_000));
        return body;
      },
      handler: () => new Promise(() => undefined),
      abandonAfterMs: 0,
    });
    const processing = processor.process(delivery());
    await clock.advance(9_999);
    expect(processor.stats()).toMatchObject({ processing: 1 });
    await clock.advance(1);
    expect(await processing).toMatchObject({ outcome: "retried", error: { code: "wirekit/timeout" } });
  });
});

describe("a span", () => {
  it("is made for those messages that get one", () => {
    const spans: string[] = [];
    let isOn = false;
    const { processor } = setUp({
      span: ({ message }, run) => {
        spans.push(message);
        return run();
      },
      isSpanOn: () => isOn,
    });
    processor.process(delivery({ body: "first" }));
    isOn = true;
    processor.process(delivery({ body: "second" }));
    expect(spans).toEqual(["second"]);
  });

  it("that cannot be asked for is left out, and the handler is called", () => {
    let calls = 0;
    const { processor } = setUp({
      handler: () => {
        calls += 1;
      },
      span: (_, run) => run(),
      isSpanOn: () => {
        throw new Error("no");
      },
    });
    expect(processor.process(delivery())).toMatchObject({ outcome: "handled" });
    expect(calls).toBe(1);
  });
});

describe("slots whose tasks are done when they return", () => {
  it("begin no more of them at a time than could run at once, so that others get their turn", async () => {
    const order: (number | string)[] = [];
    const slots = new Slots<number>({
      concurrency: 3,
      run: (task) => {
        order.push(task);
        if (task % 3 === 2) queueMicrotask(() => order.push("other"));
      },
    });
    for (let task = 0; task < 7; task += 1) slots.add(task);
    expect(order).toEqual([]);
    await slots.whenIdle();
    expect(order).toEqual([0, 1, 2, "other", 3, 4, 5, "other", 6]);
    expect({ running: slots.running, waiting: slots.waiting }).toEqual({ running: 0, waiting: 0 });
  });

  it("go on after one that throws, and after one that adds another", async () => {
    const order: string[] = [];
    const slots: Slots<string> = new Slots<string>({
      concurrency: 1,
      logger: silentLogger,
      keyOf: (task) => task[0],
      run: (task) => {
        order.push(task);
        if (task === "a1") {
          slots.add("a3");
          slots.add("b1");
          throw new Error("no");
        }
      },
    });
    slots.add("a1");
    slots.add("a2");
    await slots.whenIdle();
    expect(order).toEqual(["a1", "b1", "a2", "a3"]);
  });

  it("run nothing more once one of them has stopped them", async () => {
    const order: string[] = [];
    const slots: Slots<string> = new Slots<string>({
      concurrency: 5,
      run: (task) => {
        order.push(task);
        if (task === "2") expect(slots.stop()).toEqual(["3", "4"]);
      },
    });
    for (const task of ["1", "2", "3", "4"]) slots.add(task);
    await slots.whenIdle();
    expect(order).toEqual(["1", "2"]);
  });
});

describe("a key", () => {
  it("that looks like the line of an id is a line of its own", async () => {
    let intake: Intake<TextDelivery> | undefined;
    const started: string[] = [];
    const consumer = createConsumer<TextDelivery, string>(
      {
        source: {
          redelivery: "in-place",
          run: (given, { signal }) => {
            intake = given;
            return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
          },
          settle: () => undefined,
          release: () => undefined,
        },
        decode: ({ id }) => id,
        logger: silentLogger,
      },
      (id) => {
        started.push(id);
      },
    );
    await Promise.resolve();
    intake?.hold("\0id m1");
    intake?.hold("\0key m2");
    intake?.add(delivery({ id: "m1" }));
    intake?.add(delivery({ id: "m2", key: "m2" }));
    intake?.add(delivery({ id: "held", key: "\0id m1" }));
    await new Promise<void>((resolve) => {
      consumer.on("processed", () => started.length === 2 && resolve());
    });
    await consumer.close();
    expect(started).toEqual(["m1", "m2"]);
    expect(consumer.stats()).toMatchObject({ handled: 2, left: 1 });
  });
});
