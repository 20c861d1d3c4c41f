import { describe, expect, it } from "@jest/globals";
import {
  type QueueDelivery,
  type QueueFaults,
  QueueSource,
  SimulatedQueue,
} from "../../test/simulated-queue.ts";
import {
  ClosedError,
  ConfigError,
  ConnectionError,
  type LogFields,
  silentLogger,
  WirekitError,
} from "../index.ts";
import { sleep } from "../kit/index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import {
  type ConsumerOptions,
  createConsumer,
  type Handler,
  type Intake,
  MemoryIdempotencyStore,
  type Source,
} from "./index.ts";

type Options = Partial<ConsumerOptions<QueueDelivery, string>> & { readonly faults?: QueueFaults };
type Overrides = Partial<ConsumerOptions<QueueDelivery, string>> & {
  readonly handler?: Handler<QueueDelivery, string>;
};

function setUp({ faults, ...options }: Options = {}) {
  const clock = new ManualClock();
  const queue = new SimulatedQueue(clock);
  const source = new QueueSource(queue, { clock, random: () => 0.5, ...faults });
  const logged: { readonly fields: LogFields; readonly message: string }[] = [];
  const log = (fields: LogFields, message: string) => logged.push({ fields, message });
  const started: string[] = [];
  /** Ids of those that were neither handled nor settled, in the order of their events. */
  const left: string[] = [];
  const noting: Handler<QueueDelivery, string> = (message) => {
    started.push(message);
  };
  const start = ({ handler = noting, ...overrides }: Overrides = {}) => {
    const consumer = createConsumer<QueueDelivery, string>(
      {
        source,
        concurrency: 3,
        decode: ({ body }) => body,
        clock,
        random: () => 0.5,
        logger: { ...silentLogger, warn: log, error: log },
        ...options,
        ...overrides,
      },
      handler,
    );
    consumer.on("processed", ({ delivery: { id }, outcome }) => outcome === "left" && left.push(id));
    return consumer;
  };
  return { clock, queue, source, start, started, logged, left };
}

/** A source that the test feeds by hand. */
function byHand(overrides: Partial<Source<QueueDelivery>> = {}) {
  let intake: Intake<QueueDelivery> | undefined;
  const source: Source<QueueDelivery> = {
    redelivery: "in-place",
    run: (given, { signal }) => {
      intake = given;
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
    },
    settle: () => undefined,
    release: () => undefined,
    ...overrides,
  };
  return { source, intake: () => intake as Intake<QueueDelivery> };
}

const delivery = (id: string, key?: string) =>
  ({ id, key, attempt: 1, body: id }) as unknown as QueueDelivery;

describe("consuming", () => {
  it("handles all messages, each once, so many at a time, and those of a key in order", async () => {
    let running = 0;
    let most = 0;
    const order: string[] = [];
    const { clock, queue, start } = setUp();
    for (let index = 0; index < 60; index += 1)
      queue.send(`${index}`, index % 3 === 0 ? undefined : `key ${index % 4}`);
    const consumer = start({
      handler: async (message) => {
        running += 1;
        most = Math.max(most, running);
        await sleep(10 + (Number(message) % 7), { clock });
        order.push(message);
        running -= 1;
      },
    });
    await clock.runUntil(() => queue.messages.size === 0);
    await consumer.close();
    expect(most).toBe(3);
    expect(order).toHaveLength(60);
    for (let key = 0; key < 4; key += 1) {
      const ofKey = order.map(Number).filter((index) => index % 3 !== 0 && index % 4 === key);
      expect(ofKey).toEqual(ofKey.toSorted((one, other) => one - other));
    }
    expect(consumer.stats()).toMatchObject({
      received: 60,
      handled: 60,
      left: 0,
      waiting: 0,
      running: 0,
      processing: 0,
    });
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it("keeps the lease of what waits behind a slow message of its key", async () => {
    const { clock, queue, start, started } = setUp();
    queue.send("slow", "k");
    queue.send("behind", "k");
    const consumer = start({
      handler: async (message) => {
        started.push(message);
        if (message === "slow") await sleep(200_000, { clock });
      },
    });
    await clock.runUntil(() => queue.messages.size === 0);
    await consumer.close();
    expect(started).toEqual(["slow", "behind"]);
    expect(consumer.stats()).toMatchObject({ received: 2, handled: 2 });
  });

  it("lets the messages of a group wait for the redelivery of the one that failed", async () => {
    const { clock, queue, start, started } = setUp();
    for (const id of ["a1", "a2", "b1"]) queue.send(id, id[0]);
    const consumer = start({
      handler: (message, { delivery: { attempt } }) => {
        started.push(`${message} ${attempt}`);
        if (message === "a1" && attempt < 3) throw new Error("not yet");
      },
    });
    await clock.runUntil(() => queue.messages.size === 0);
    await consumer.close();
    expect(started.filter((each) => each.startsWith("a"))).toEqual([
      "a1 1",
      "a1 2",
      "a1 3",
      expect.stringMatching(/^a2/),
    ]);
    const { received, handled, retried, left } = consumer.stats();
    expect({ handled, retried, sum: handled + retried + left }).toEqual({
      handled: 3,
      retried: 2,
      sum: received,
    });
  });

  it("does not let a message overtake one whose acknowledgement failed", async () => {
    let deletes = 0;
    const { clock, queue, source, start, started } = setUp();
    const settle = source.settle.bind(source);
    source.settle = async (given, settlement) => {
      deletes += 1;
      if (deletes > 1) return await settle(given, settlement);
      given.lease.end();
      throw new ConnectionError("lost");
    };
    queue.send("a1", "a");
    queue.send("a2", "a");
    const consumer = start();
    await clock.runUntil(() => queue.messages.size === 0);
    await consumer.close();
    expect(started).toEqual(["a1", "a1", "a2"]);
    expect(consumer.stats()).toMatchObject({ handled: 2, left: 2, failedSettlements: 1 });
  });

  it("does not run a redelivery while the handler of the delivery before it still runs, key or none", async () => {
    let running = 0;
    let overlaps = 0;
    const { clock, queue, start } = setUp({ handlerTimeoutMs: 1_000, abandonAfterMs: 600_000 });
    queue.send("m");
    const consumer = start({
      handler: async (_, { delivery: { attempt } }) => {
        running += 1;
        if (running > 1) overlaps += 1;
        // Deaf to its signal.
        if (attempt === 1) await sleep(90_000, { clock });
        running -= 1;
      },
    });
    await clock.runUntil(() => queue.messages.size === 0);
    await consumer.close();
    expect(overlaps).toBe(0);
    expect(consumer.stats()).toMatchObject({ abandoned: 0, handled: 1 });
  });

  it("drops a message that loses its lease while it waits, without running it", async () => {
    const { source, intake } = byHand();
    const { clock, start, started, left } = setUp();
    const consumer = start({
      source,
      concurrency: 1,
      handler: (message) => {
        started.push(message);
        return new Promise(() => undefined);
      },
    });
    await clock.settle();
    let lose: (error: WirekitError) => void = () => undefined;
    const lease = {
      isLost: false,
      onLost: (listener: typeof lose) => {
        lose = listener;
        return () => undefined;
      },
      end: () => undefined,
    };
    intake().add(delivery("a"));
    intake().add({ ...delivery("b"), lease });
    await clock.settle();
    lose(new WirekitError("gone", { code: "test/gone" }));
    expect(consumer.stats()).toMatchObject({ received: 2, left: 1, waiting: 0, running: 1 });
    expect(started).toEqual(["a"]);
    const closing = consumer.close();
    await clock.advance(10_000);
    expect((await closing).notHandled).toBe(1);
    expect(left).toEqual(["b", "a"]);
  });

  it("carries a retry out in place for a source that holds its messages itself", async () => {
    const { clock, start, started } = setUp();
    const hand = byHand({
      settle: (given, settlement) => {
        if (settlement.kind === "retry")
          hand.intake().retry({ ...given, attempt: given.attempt + 1 }, settlement);
      },
    });
    const consumer = start({
      source: hand.source,
      handler: (message, { delivery: { attempt } }) => {
        started.push(`${message} ${attempt}`);
        if (message === "a1" && attempt < 3) throw new Error("not yet");
      },
    });
    await clock.settle();
    for (const id of ["a1", "a2", "b1"]) hand.intake().add(delivery(id, id[0]));
    await clock.advance(100_000);
    expect(started).toEqual(["a1 1", "b1 1", "a1 2", "a1 3", "a2 1"]);
    expect(consumer.stats()).toMatchObject({ received: 5, handled: 3, retried: 2 });
  });

  it("lets a source hold a key, and take back what waits in it", async () => {
    const { source, intake } = byHand();
    const { clock, start, started } = setUp();
    const consumer = start({ source });
    await clock.settle();
    const letGo = intake().hold("a");
    for (const id of ["a1", "a2", "b1"]) intake().add(delivery(id, id[0]));
    expect(intake().available).toBe(10);
    await clock.settle();
    expect(started).toEqual(["b1"]);
    expect(
      intake()
        .takeWaiting("a")
        .map(({ id }) => id),
    ).toEqual(["a1", "a2"]);
    intake().add(delivery("a3", "a"));
    letGo();
    await clock.settle();
    expect(started).toEqual(["b1", "a3"]);
    expect(consumer.stats()).toMatchObject({ received: 4, handled: 2, left: 2 });
  });
});

describe("a source with a backlog", () => {
  it("hands over what there is a slot for, and no more; what loses its lease in its line leaves it", async () => {
    const { clock, start } = setUp();
    const { source, intake } = byHand();
    const loseA2 = new Set<(error: WirekitError) => void>();
    const waiting = ["a1", "a2", "b1", "c1"].map((id) => {
      const onLost = (tell: (error: WirekitError) => void) => {
        if (id === "a2") loseA2.add(tell);
        return () => loseA2.delete(tell);
      };
      const lease = { isLost: false, onLost, end: () => undefined };
      return { ...delivery(id, id[0]), lease } as unknown as QueueDelivery;
    });
    const ends = new Map<string, () => void>();
    const consumer = start({
      source,
      concurrency: 2,
      handler: (message) => new Promise<void>((resolve) => ends.set(message, resolve)),
    });
    const outcomes: string[] = [];
    consumer.on("processed", ({ delivery: { id }, outcome }) => outcomes.push(`${id} ${outcome}`));
    await clock.settle();
    intake().pull({
      get size() {
        return waiting.length;
      },
      take: () => waiting.shift(),
    });
    await clock.settle();
    expect([...ends.keys()]).toEqual(["a1", "b1"]);
    expect(consumer.stats()).toMatchObject({ received: 3, running: 2, waiting: 2 });
    for (const lose of loseA2) lose(new WirekitError("given to somebody else", { code: "test/lost" }));
    await clock.settle();
    expect(outcomes).toEqual(["a2 left"]);
    const closing = consumer.close();
    ends.get("a1")?.();
    ends.get("b1")?.();
    await closing;
    // Nobody takes the last one, now or later.
    intake().pull({ size: 1, take: () => waiting.shift() });
    expect(waiting.map(({ id }) => id)).toEqual(["c1"]);
    expect(consumer.stats().received).toBe(3);
  });
});

describe("faults of the source", () => {
  it("are told once for each change of state, in events, log and health", async () => {
    let fault: Error | undefined = new ConnectionError("no route");
    const { clock, queue, start, logged } = setUp({
      faults: {
        onRequest: () => {
          if (fault !== undefined) throw fault;
        },
      },
    });
    const consumer = start();
    const events: string[] = [];
    consumer.on("fault", ({ error }) => events.push(error.message));
    consumer.on("recovered", ({ afterMs }) => events.push(`recovered after ${afterMs}`));
    await clock.advance(10_000);
    expect(consumer.health()).toMatchObject({
      status: "degraded",
      reasons: [{ code: "wirekit/connection", message: "no route" }],
    });
    fault = new ConnectionError("refused");
    await clock.advance(5_000);
    fault = undefined;
    queue.send("m");
    await clock.advance(1_000);
    expect(events).toEqual(["no route", "refused", "recovered after 15100"]);
    expect(logged).toHaveLength(2);
    expect(consumer.health()).toEqual({ status: "ok", reasons: [], source: {} });
    await consumer.close();
    expect(consumer.health()).toMatchObject({ status: "closed" });
  });

  it.each<[string, Source<QueueDelivery>["run"], string]>([
    [
      "gives up",
      () => Promise.reject(new ConnectionError("the queue is gone", { retryable: false })),
      "the queue is gone",
    ],
    [
      "throws on the spot",
      () => {
        throw new Error("bug");
      },
      "bug",
    ],
    ["ends by itself", async () => undefined, "The source has ended by itself"],
  ])("that make it stop reject `closed`: one that %s", async (_, run, message) => {
    const { clock, start, logged } = setUp();
    const consumer = start({ source: byHand({ run }).source });
    const stopped: unknown[] = [];
    consumer.on("stopped", ({ error }) => stopped.push(error?.message));
    await clock.settle();
    await expect(consumer.closed).rejects.toMatchObject({ message });
    expect(consumer.health()).toMatchObject({ status: "failed", reasons: [{ message }] });
    expect(stopped).toEqual([message]);
    expect(logged.map((each) => each.message)).toEqual(["The consumer stops by itself"]);
    await expect(consumer.close()).resolves.toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it("leave what runs the time to finish when the source stops", async () => {
    let stop: (error: Error) => void = () => undefined;
    const { clock, start, started } = setUp();
    const hand = byHand();
    const consumer = start({
      source: {
        ...hand.source,
        run: (intake) => {
          intake.add(delivery("m"));
          return new Promise((_, reject) => {
            stop = reject;
          });
        },
      },
      handler: async (message) => {
        await sleep(1_000, { clock });
        started.push(message);
      },
    });
    await clock.settle();
    stop(new Error("gone"));
    const rejected = expect(consumer.closed).rejects.toMatchObject({ message: "gone" });
    await clock.advance(1_000);
    await rejected;
    expect(consumer.stats()).toMatchObject({ handled: 1 });
  });

  it("does not include what a listener throws", async () => {
    const { clock, queue, start, logged } = setUp();
    const consumer = start({
      onProcessed: () => {
        throw new Error("first");
      },
    });
    const seen: string[] = [];
    const off = consumer.on("processed", ({ outcome }) => seen.push(outcome));
    queue.send("m");
    await clock.advance(1_000);
    off();
    queue.send("n");
    await clock.advance(1_000);
    expect(seen).toEqual(["handled"]);
    expect(logged.map(({ message }) => message)).toEqual([
      "The onProcessed function has thrown",
      "The onProcessed function has thrown",
    ]);
    await consumer.close();
  });
});

describe("closing", () => {
  it("gives back what waits at once, and lets what runs finish and settle", async () => {
    const { clock, queue, start, started, left } = setUp();
    for (const id of ["1", "2", "3", "4", "5"]) queue.send(id);
    const consumer = start({
      handler: async (message) => {
        started.push(message);
        await sleep(1_000, { clock });
      },
    });
    await clock.advance(10);
    const closing = consumer.close();
    await clock.advance(100);
    expect(queue.receive(10, 1_000).map(({ id }) => id)).toEqual(["4", "5"]);
    await clock.advance(2_000);
    expect((await closing).notHandled).toBe(2);
    expect(left).toEqual(["4", "5"]);
    await expect(consumer.closed).resolves.toBeUndefined();
    expect(queue.deleted).toEqual(["1", "2", "3"]);
    expect(consumer.stats()).toMatchObject({ received: 5, handled: 3, left: 2, processing: 0 });
    expect(await consumer.close()).toBe(await closing);
    expect(clock.pendingTimers).toBe(0);
  });

  it("asks handlers to end in time, gives back what they leave undone, and abandons those that are deaf", async () => {
    const { clock, queue, start, left } = setUp({ concurrency: 3 });
    for (const id of ["finishes", "stops", "deaf"]) queue.send(id);
    const consumer = start({
      handler: (message, { signal }) =>
        new Promise<void>((resolve, reject) => {
          signal.addEventListener("abort", () => {
            if (message === "finishes") resolve();
            if (message === "stops") reject(signal.reason);
          });
        }),
    });
    await clock.advance(10);
    const closing = consumer.close({ timeoutMs: 10_000 });
    await clock.advance(7_999);
    expect(consumer.health()).toMatchObject({ status: "closing" });
    await clock.advance(2_001);
    expect((await closing).notHandled).toBe(2);
    expect(left.toSorted()).toEqual(["deaf", "stops"]);
    expect(queue.deleted).toEqual(["finishes"]);
    expect(queue.messages.get("stops")?.visibleAt).toBeLessThan(clock.monotonic());
    expect(queue.messages.get("deaf")?.visibleAt).toBeGreaterThan(clock.monotonic());
    expect(consumer.stats()).toMatchObject({ received: 3, handled: 1, left: 2 });
    await clock.advance(600_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it("gives back what arrives while it closes", async () => {
    const released: string[] = [];
    const { source, intake } = byHand({
      release: (given) => {
        released.push(...given.map(({ id }) => id));
      },
    });
    const { clock, start, started, left } = setUp();
    const consumer = start({ source });
    await clock.settle();
    const reservation = await intake().reserve({});
    const closing = consumer.close();
    reservation.add(delivery("late"));
    intake().add(delivery("later", "k"));
    intake().retry(delivery("latest", "k"), { afterMs: 1 });
    await expect(intake().reserve({})).rejects.toBeInstanceOf(ClosedError);
    expect((await closing).notHandled).toBe(3);
    expect(left).toEqual(["late", "later", "latest"]);
    expect({ released, started }).toEqual({ released: ["late", "later", "latest"], started: [] });
    expect(consumer.stats()).toMatchObject({ received: 3, left: 3 });
  });

  it("ends in time when the source does not", async () => {
    const never = () => new Promise<never>(() => undefined);
    const hand = byHand({ close: never, release: never, settle: never });
    const { clock, start, logged } = setUp();
    const consumer = start({
      source: {
        ...hand.source,
        run: (intake) => {
          intake.add(delivery("m"));
          return never();
        },
      },
    });
    await clock.settle();
    const closing = consumer.close({ timeoutMs: 1_000 });
    await clock.advance(1_001);
    expect(await closing).toEqual({ notSent: [], unconfirmed: [], notHandled: 1 });
    expect(logged.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        expect.stringContaining("Giving back what waited"),
        expect.stringContaining("Closing the source"),
      ]),
    );
  });

  it("reports what the source does not take back", async () => {
    const { clock, start, logged, left } = setUp();
    const hand = byHand({
      release: () => {
        throw new ConnectionError("reset");
      },
    });
    const consumer = start({ source: hand.source, concurrency: 1, handler: () => sleep(100, { clock }) });
    await clock.settle();
    for (const id of ["a", "b"]) hand.intake().add(delivery(id));
    await clock.settle();
    const closing = consumer.close();
    await clock.advance(100);
    expect((await closing).notHandled).toBe(1);
    expect(left).toEqual(["b"]);
    expect(logged.map(({ message }) => message)).toContain(
      "Messages could not be given back; they come again when their leases end",
    );
  });

  it.each([[-1], [Number.NaN], [2 ** 31], ["1"]])(
    "refuses a limit of %p, and closes nothing",
    async (timeoutMs) => {
      const { clock, queue, start, started } = setUp();
      const consumer = start();
      await expect(consumer.close({ timeoutMs: timeoutMs as number })).rejects.toBeInstanceOf(ConfigError);
      queue.send("m");
      await clock.advance(1_000);
      expect(started).toEqual(["m"]);
      await consumer.close();
    },
  );

  it("leaves a source the time to finish when giving back hangs", async () => {
    const never = () => new Promise<never>(() => undefined);
    let leftMs = 0;
    const hand = byHand({
      release: never,
      close: ({ deadline }) => {
        leftMs = deadline.leftMs();
      },
    });
    const { clock, start } = setUp();
    const consumer = start({ source: hand.source, concurrency: 1, handler: never });
    await clock.settle();
    for (const id of ["runs", "waits"]) hand.intake().add(delivery(id));
    await clock.settle();
    const closing = consumer.close({ timeoutMs: 1_000 });
    await clock.advance(1_000);
    expect((await closing).notHandled).toBe(2);
    expect(leftMs).toBe(50);
  });

  it("is what the end of an `await using` block does", async () => {
    const { start } = setUp();
    const consumer = start();
    await consumer[Symbol.asyncDispose]();
    await expect(consumer.closed).resolves.toBeUndefined();
  });
});

describe("options", () => {
  const refused = (options: object, handler: unknown = () => undefined) => {
    try {
      createConsumer(options as never, handler as never);
    } catch (thrown) {
      if (thrown instanceof ConfigError)
        return thrown.issues.map(({ path, message }) => `${path} ${message}`);
    }
    return [];
  };
  const { source } = byHand();
  const decode = () => "";

  it("are checked all at once, with the handler and what the source knows", () => {
    const faults = [{ path: "waitTimeMs", message: "must be less" }];
    const options = {
      source: { ...source, faults },
      concurrency: 0,
      capacity: -1,
      concurency: 3,
      decode: null,
    };
    expect(refused({ ...options, retry: { maxAttempts: Number.NaN, maxElapsedMs: 1 } }, null)).toEqual([
      "concurency is not an option; did you mean concurrency?",
      "decode must be a function",
      expect.stringMatching(/^concurrency must be a whole number/),
      expect.stringMatching(/^capacity must be a whole number/),
      "retry.maxElapsedMs is not an option",
      expect.stringMatching(/^retry.maxAttempts must be a whole number/),
      "handler must be a function",
      "waitTimeMs must be less",
    ]);
  });

  it.each<[string, object, string[]]>([
    [
      "an idempotency that is empty",
      { idempotency: {} },
      ["idempotency.store is required", "idempotency.keyOf is required"],
    ],
    [
      "a store without its methods",
      { idempotency: { store: { begin: () => undefined }, keyOf: () => "" } },
      ["idempotency.store lacks complete(), abandon(), renew()"],
    ],
    [
      "a claim that does not outlast the handler",
      {
        handlerTimeoutMs: 1_000,
        idempotency: { store: new MemoryIdempotencyStore(), keyOf: () => "", claimTtlMs: 1_000 },
      },
      [expect.stringMatching(/^idempotency.claimTtlMs must be longer/) as unknown as string],
    ],
    ["a place for dead letters without a sink", { deadLetter: {} }, ["deadLetter.sink is required"]],
    [
      "invalid messages without a place to go",
      { whenInvalid: "dead-letter" },
      ['deadLetter is required when whenInvalid is "dead-letter"'],
    ],
    ["a group that is null", { retry: null }, ["retry must be an object"]],
    [
      "a timer that is too long",
      { settleTimeoutMs: 2 ** 31 },
      [expect.stringMatching(/^settleTimeoutMs/) as unknown as string],
    ],
    [
      "a source without its methods",
      { source: { redelivery: "in-place", run: () => undefined } },
      ["source lacks settle(), release()"],
    ],
    [
      "a source that does not say how it redelivers",
      { source: { ...source, redelivery: undefined } },
      ["source.redelivery is required"],
    ],
    ["no source", { source: undefined }, ["source is required"]],
  ])("name what is wrong with %s", (_, options, issues) => {
    expect(refused({ source, decode, ...options })).toEqual(issues);
  });

  it("that are no object are refused", () => {
    expect(refused(null as never)).toEqual(["options must be an object"]);
  });
});

describe("health", () => {
  it("names what fails beside the source, until it works again", async () => {
    let fault: Error | undefined = new ConnectionError("no route");
    const suffer = async () => {
      if (fault !== undefined) throw fault;
    };
    const memory = new MemoryIdempotencyStore();
    const hand = byHand({ settle: suffer });
    const { clock, start } = setUp();
    const consumer = start({
      source: hand.source,
      handler: (message) => {
        if (message === "bad") throw new Error("no");
      },
      retry: { maxAttempts: 1 },
      deadLetter: { sink: suffer },
      idempotency: {
        store: {
          begin: async (key, options) => {
            if (key === "unclaimed") await suffer();
            return memory.begin(key, options);
          },
          complete: (...given) => memory.complete(...given),
          abandon: (...given) => memory.abandon(...given),
          renew: (...given) => memory.renew(...given),
        },
        keyOf: (message) => message,
      },
    });
    await clock.settle();
    for (const id of ["bad", "good"]) hand.intake().add(delivery(id));
    await clock.advance(10);
    hand.intake().add(delivery("unclaimed"));
    await clock.advance(10);
    expect(consumer.health()).toMatchObject({ status: "degraded" });
    expect(
      consumer
        .health()
        .reasons.map(({ message }) => message)
        .toSorted(),
    ).toEqual([
      "Dead letters cannot be written: no route",
      "Messages cannot be settled: no route",
      "The idempotency store fails: no route",
    ]);
    fault = new Error("quotes the message");
    hand.intake().add(delivery("good again"));
    await clock.advance(10);
    expect(consumer.health().reasons.map(({ message }) => message)).toContain("Messages cannot be settled");
    fault = undefined;
    for (const id of ["unclaimed", "bad", "good"]) hand.intake().add(delivery(id));
    await clock.advance(1_000);
    expect(consumer.health()).toEqual({ status: "ok", reasons: [], source: {} });
    await consumer.close();
  });

  it("survives a source that throws when it is asked", async () => {
    const details = () => {
      throw new Error("no details");
    };
    const { clock, start } = setUp();
    const consumer = start({ source: byHand({ details }).source });
    await clock.settle();
    expect(consumer.health()).toEqual({ status: "ok", reasons: [], source: { error: "no details" } });
    await consumer.close();
  });
});

it("changes nothing for a logger, a listener and an onProcessed that throw", async () => {
  const broken = () => {
    throw new Error("observer");
  };
  const { clock, queue, start } = setUp();
  const consumer = start({
    logger: { debug: broken, info: broken, warn: broken, error: broken },
    onProcessed: broken,
    handler: (_, { delivery: { attempt } }) => {
      if (attempt === 1) throw new Error("once");
    },
  });
  for (const event of ["processed", "fault", "recovered", "stopped"] as const) consumer.on(event, broken);
  queue.send("m");
  await clock.runUntil(() => queue.messages.size === 0);
  await consumer.close();
  expect(consumer.stats()).toMatchObject({ received: 2, handled: 1, retried: 1 });
  await expect(consumer.closed).resolves.toBeUndefined();
});

it("logs what an operator has to know, without a body or a key", async () => {
  const { clock, queue, start, logged } = setUp();
  for (const id of ["fails", "invalid", "given up"]) queue.send(id, `customer of ${id}`, `body of ${id}`);
  const consumer = start({
    decode: ({ body }) => (body.includes("invalid") ? JSON.parse(body) : body),
    handler: () => Promise.reject(new Error("no")),
    classify: () => "dead-letter",
    deadLetter: {
      sink: async ({ delivery: { id } }) => {
        if (id === "fails") throw new ConnectionError("sink down");
      },
    },
  });
  await clock.advance(300);
  const closing = consumer.close({ timeoutMs: 100 });
  await clock.advance(100);
  await closing;
  expect(new Set(logged.map(({ message }) => message))).toEqual(
    new Set([
      "A dead letter could not be written; only that is tried again",
      "A message was not handled here",
      "An invalid message was written to the dead-letter target",
      "A message was given up and written to the dead-letter target",
    ]),
  );
  expect(JSON.stringify(logged)).not.toMatch(/body of|customer/);
});
