import { describe, expect, it } from "@jest/globals";
import { ClosedError, ConfigError, type LogFields, QueueFullError, silentLogger } from "../index.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import type { QueueEntry, Slot } from "./key-queues.ts";
import { Slots } from "./slots.ts";
import type { SlotsOptions } from "./slots-options.ts";

/** Slots whose tasks, named "key number", run until the test ends them. */
function setUp(options: Partial<SlotsOptions<string>> = {}) {
  const clock = new ManualClock();
  const started: string[] = [];
  const open = new Map<string, { end: () => void; slot: Slot }>();
  const slots = new Slots<string>({
    concurrency: 2,
    clock,
    logger: silentLogger,
    keyOf: (task) => (task.startsWith("-") ? undefined : task[0]),
    run: (task, slot) =>
      new Promise<void>((resolve) => {
        started.push(task);
        open.set(task, { end: resolve, slot });
      }),
    ...options,
  });
  const end = async (task: string) => {
    open.get(task)?.end();
    open.delete(task);
    await clock.settle();
  };
  return { clock, slots, started, end, open };
}

/** Tasks that are taken one by one, and which were. */
function backlogOf(...tasks: readonly string[]) {
  const taken: string[] = [];
  return {
    taken,
    more: (...others: readonly string[]) => {
      tasks = [...tasks, ...others];
    },
    get size() {
      return tasks.length;
    },
    take: () => {
      const [task, ...others] = tasks;
      tasks = others;
      if (task !== undefined) taken.push(task);
      return task;
    },
  };
}

describe("a backlog", () => {
  it("is taken from as slots become free, and not before", async () => {
    const { slots, started, end, clock } = setUp();
    const backlog = backlogOf("-1", "-2", "-3", "-4");
    slots.pull(backlog);
    expect(backlog.taken).toEqual([]);
    await clock.settle();
    expect([started, backlog.taken]).toEqual([
      ["-1", "-2"],
      ["-1", "-2"],
    ]);
    expect({ running: slots.running, waiting: slots.waiting }).toEqual({ running: 2, waiting: 2 });
    await end("-2");
    expect(backlog.taken).toEqual(["-1", "-2", "-3"]);
  });

  it("comes after what was added, and keeps the order of each key", async () => {
    const { slots, started, end, clock } = setUp({ concurrency: 2 });
    slots.add("a1");
    slots.add("b1");
    const lined: string[] = [];
    slots.pull(backlogOf("a2", "b2", "a3", "c1"), (task) => lined.push(task));
    await clock.settle();
    expect(started).toEqual(["a1", "b1"]);
    // Nothing of it can run but the last: the others wait in their lines from now on.
    await end("b1");
    expect([started, lined]).toEqual([["a1", "b1", "b2"], ["a2"]]);
    await end("b2");
    expect([started, lined]).toEqual([
      ["a1", "b1", "b2", "c1"],
      ["a2", "a3"],
    ]);
    await end("a1");
    await end("a2");
    expect(started.slice(4)).toEqual(["a2", "a3"]);
  });

  it("has its tasks leave the lines in which they wait", async () => {
    const { slots, started, end, clock } = setUp();
    const entries: QueueEntry[] = [];
    slots.pull(backlogOf("a1", "a2", "a3"), (_task, entry) => entries.push(entry));
    await clock.settle();
    expect(entries.map((entry) => entry.leave())).toEqual([true, true]);
    await end("a1");
    expect(started).toEqual(["a1"]);
    await slots.whenIdle();
  });

  it("is waited for, also when it has grown", async () => {
    const { slots, end, clock } = setUp({ concurrency: 1 });
    const backlog = backlogOf("-1");
    slots.pull(backlog);
    await clock.settle();
    backlog.more("-2");
    let isIdle = false;
    const idle = slots.whenIdle().then(() => {
      isIdle = true;
    });
    await end("-1");
    expect([isIdle, slots.running]).toEqual([false, 1]);
    await end("-2");
    await idle;
    backlog.more("-3");
    expect(slots.running).toBe(0);
    slots.pull(backlog);
    await clock.settle();
    expect(slots.running).toBe(1);
  });

  it("is waited for no longer when its owner has dropped it", async () => {
    const { slots, end, clock } = setUp({ concurrency: 1 });
    const backlog = backlogOf("-1", "-2");
    slots.pull(backlog);
    await clock.settle();
    const idle = slots.whenIdle();
    backlog.take();
    await end("-1");
    await idle;
  });

  it("is left alone after the end", async () => {
    const { slots, end, clock } = setUp({ concurrency: 1 });
    const backlog = backlogOf("-1", "-2");
    slots.pull(backlog);
    await clock.settle();
    expect(slots.stop()).toEqual([]);
    await end("-1");
    expect(backlog.taken).toEqual(["-1"]);
    expect(slots.waiting).toBe(0);
    expect(() => slots.pull(backlog)).toThrow(ClosedError);
  });
});

describe("running", () => {
  it("runs so many at a time, in the order of arrival", async () => {
    const { clock, slots, started, end } = setUp();
    for (const task of ["-1", "-2", "-3", "-4"]) slots.add(task);
    expect(started).toEqual([]);
    await clock.settle();
    expect(started).toEqual(["-1", "-2"]);
    await end("-2");
    expect(started).toEqual(["-1", "-2", "-3"]);
    expect({ running: slots.running, waiting: slots.waiting }).toEqual({ running: 2, waiting: 1 });
  });

  it("runs one of a key at a time, and a slow one holds back nobody else", async () => {
    const { slots, started, end, clock } = setUp({ concurrency: 3 });
    for (const task of ["a1", "a2", "b1", "a3", "b2", "c1"]) slots.add(task);
    await clock.settle();
    expect(started).toEqual(["a1", "b1", "c1"]);
    await end("b1");
    await end("b2");
    await end("c1");
    expect(started).toEqual(["a1", "b1", "c1", "b2"]);
    await end("a1");
    await end("a2");
    expect(started.filter((task) => task.startsWith("a"))).toEqual(["a1", "a2", "a3"]);
  });

  it("lets the next one run when a task gives up its slot, but keeps its key and its share of the capacity", async () => {
    const { slots, started, end, open, clock } = setUp({ concurrency: 1, capacity: 3 });
    for (const task of ["a1", "a2", "b1"]) slots.add(task);
    await clock.settle();
    open.get("a1")?.slot.release();
    open.get("a1")?.slot.release();
    await clock.settle();
    expect(started).toEqual(["a1", "b1"]);
    expect({ running: slots.running, unfinished: slots.unfinished, available: slots.available }).toEqual({
      running: 1,
      unfinished: 2,
      available: 0,
    });
    await end("b1");
    await end("a1");
    expect(started).toEqual(["a1", "b1", "a2"]);
    expect({ running: slots.running, available: slots.available }).toEqual({ running: 1, available: 2 });
  });

  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("thrown");
      },
    ],
    ["rejects", () => Promise.reject(new Error("rejected"))],
    [
      "throws nothing in particular",
      () => {
        throw undefined;
      },
    ],
    ["returns no promise", () => 7],
  ])("goes on after a task that %s", async (_, run) => {
    const logged: LogFields[] = [];
    const { clock, slots } = setUp({
      concurrency: 1,
      run,
      logger: { ...silentLogger, error: (fields) => logged.push(fields) },
    });
    for (const task of ["a1", "a2", "b1"]) slots.add(task);
    await clock.settle();
    expect({ running: slots.running, waiting: slots.waiting }).toEqual({ running: 0, waiting: 0 });
    expect(logged).toHaveLength(run.toString().includes("7") ? 0 : 3);
  });
});

describe("retry", () => {
  it("puts a task at the head of its key, and holds the key until the time has come", async () => {
    const { clock, slots, started, end } = setUp();
    for (const task of ["a1", "a2", "b1"]) slots.add(task);
    await clock.settle();
    slots.retry("a1 again", { afterMs: 1_000 });
    await end("a1");
    expect(started).toEqual(["a1", "b1"]);
    await clock.advance(999);
    expect(started).toEqual(["a1", "b1"]);
    await clock.advance(1);
    expect(started).toEqual(["a1", "b1", "a1 again"]);
    await end("a1 again");
    expect(started.at(-1)).toBe("a2");
  });

  it("waits for the try before it, however short the pause", async () => {
    const { clock, slots, started, end } = setUp();
    slots.add("a1");
    await clock.settle();
    slots.retry("a1 again", { afterMs: 0 });
    await clock.advance(60_000);
    expect(started).toEqual(["a1"]);
    await end("a1");
    expect(started).toEqual(["a1", "a1 again"]);
  });

  it("holds nothing but the task itself where there is no key", async () => {
    const { clock, slots, started } = setUp();
    slots.retry("-1", { afterMs: 10 });
    slots.add("-2");
    await clock.settle();
    expect(started).toEqual(["-2"]);
    await clock.advance(10);
    expect(started).toEqual(["-2", "-1"]);
  });

  it("frees its key when it leaves", async () => {
    const { clock, slots, started } = setUp();
    const entry = slots.retry("a1", { afterMs: 10_000 });
    slots.add("a2");
    expect(entry.leave()).toBe(true);
    await clock.settle();
    expect(started).toEqual(["a2"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("takes no pause that a timer cannot count for none", async () => {
    const { clock, slots, started } = setUp();
    slots.retry("a1", { afterMs: Number.MAX_SAFE_INTEGER });
    slots.retry("b1", { afterMs: -5 });
    await clock.advance(1);
    expect(started).toEqual(["b1"]);
  });
});

describe("hold", () => {
  it("lets nothing of a key begin until all who hold it let go", async () => {
    const { clock, slots, started } = setUp();
    const first = slots.hold("a");
    const second = slots.hold("a");
    slots.add("a1");
    slots.add("b1");
    first();
    first();
    await clock.settle();
    expect(started).toEqual(["b1"]);
    second();
    await clock.settle();
    expect(started).toEqual(["b1", "a1"]);
  });

  it("lets what runs go on, and takes a ready task back", async () => {
    const { clock, slots, started, end } = setUp();
    slots.add("a1");
    await clock.settle();
    slots.add("a2");
    const release = slots.hold("a");
    await end("a1");
    expect(started).toEqual(["a1"]);
    slots.add("b1");
    slots.hold("b");
    await clock.settle();
    expect(started).toEqual(["a1"]);
    release();
    await clock.settle();
    expect(started).toEqual(["a1", "a2"]);
  });
});

describe("leaving", () => {
  it("takes a waiting task out, and says whether it waited", async () => {
    const { clock, slots, started, end } = setUp({ concurrency: 1, capacity: 3 });
    const [first, second] = ["a1", "a2", "a3"].map((task) => slots.add(task));
    await clock.settle();
    expect(first?.leave()).toBe(false);
    expect(second?.leave()).toBe(true);
    expect(second?.leave()).toBe(false);
    expect(slots.available).toBe(1);
    await end("a1");
    expect(started).toEqual(["a1", "a3"]);
  });

  it("takes all that wait of a key, in their order", async () => {
    const { clock, slots, started, end } = setUp();
    for (const task of ["a1", "a2", "a3", "b1"]) slots.add(task);
    await clock.settle();
    expect(slots.takeWaiting("a")).toEqual(["a2", "a3"]);
    expect(slots.takeWaiting("nobody")).toEqual([]);
    slots.add("a4");
    await end("a1");
    expect(started).toEqual(["a1", "b1", "a4"]);
  });

  it("gives back all that waits, in order for each key, and lets go of pauses before retries", async () => {
    const { clock, slots, started, end } = setUp();
    for (const task of ["a1", "a2", "-1", "b1", "a3", "-2"]) slots.add(task);
    slots.retry("c1", { afterMs: 1_000 });
    await clock.settle();
    expect(started).toEqual(["a1", "-1"]);
    expect(slots.takeWaiting().sort()).toEqual(["-2", "a2", "a3", "b1", "c1"]);
    expect({ waiting: slots.waiting, timers: clock.pendingTimers }).toEqual({ waiting: 0, timers: 0 });
    slots.add("a4");
    await end("a1");
    expect(started).toEqual(["a1", "-1", "a4"]);
  });
});

describe("capacity", () => {
  it("refuses what goes beyond its capacity", () => {
    const { slots } = setUp({ capacity: 2 });
    slots.add("-1");
    slots.add("-2");
    expect(slots.available).toBe(0);
    expect(() => slots.add("-3")).toThrow(QueueFullError);
    expect(() => slots.retry("-1 again", { afterMs: 0 })).not.toThrow();
    expect(slots.available).toBe(0);
  });

  it("keeps reserved capacity for what is to come, and takes back what was not used", async () => {
    const { clock, slots } = setUp({ capacity: 5 });
    const reservation = await slots.reserve({ atLeast: 1, atMost: 3 });
    expect([reservation.remaining, slots.available]).toEqual([3, 2]);
    reservation.add("-1");
    expect([reservation.remaining, slots.available]).toEqual([2, 2]);
    reservation.release();
    reservation.release();
    expect([reservation.remaining, slots.available]).toEqual([0, 4]);
    expect(() => reservation.add("-2")).toThrow(QueueFullError);
    await clock.settle();
  });

  it("serves those who wait for capacity in their order, each as soon as there is enough", async () => {
    const { clock, slots, end } = setUp({ concurrency: 4, capacity: 4 });
    for (const task of ["-1", "-2", "-3", "-4"]) slots.add(task);
    await clock.settle();
    const granted: string[] = [];
    for (const [name, atLeast] of [
      ["first", 2],
      ["second", 1],
    ] as const) {
      void slots.reserve({ atLeast }).then(({ remaining }) => granted.push(`${name} ${remaining}`));
    }
    await end("-1");
    expect(granted).toEqual([]);
    await end("-2");
    expect(granted).toEqual(["first 2"]);
    await end("-3");
    expect(granted).toEqual(["first 2", "second 1"]);
  });

  it("lets go of one who no longer wants to wait, and serves the next", async () => {
    const { clock, slots, end } = setUp({ concurrency: 2, capacity: 2 });
    for (const task of ["-1", "-2"]) slots.add(task);
    await clock.settle();
    const controller = new AbortController();
    const impatient = slots.reserve({ atLeast: 2 }, { signal: controller.signal });
    const timed = slots.reserve({ atLeast: 2 }, { timeoutMs: 100 });
    const patient = slots.reserve({});
    const outcomes = [
      expect(impatient).rejects.toBe("enough"),
      expect(timed).rejects.toMatchObject({ code: "wirekit/timeout" }),
    ];
    await end("-1");
    controller.abort("enough");
    await clock.advance(100);
    await Promise.all(outcomes);
    expect((await patient).remaining).toBe(1);
    await expect(slots.reserve({}, { signal: AbortSignal.abort("before") })).rejects.toBe("before");
  });

  it("refuses to wait for more than there can ever be", async () => {
    const { slots } = setUp({ capacity: 4 });
    await expect(slots.reserve({ atLeast: 5 })).rejects.toBeInstanceOf(ConfigError);
  });

  it("keeps its count when a key cannot be found", () => {
    const { slots } = setUp({
      capacity: 1,
      keyOf: () => {
        throw new Error("no key");
      },
    });
    expect(() => slots.add("a")).toThrow("no key");
    expect(() => slots.retry("a", { afterMs: 1 })).toThrow("no key");
    expect(slots.available).toBe(1);
  });
});

describe("ending", () => {
  it("gives back what waits at once, and begins nothing more", async () => {
    const { clock, slots, started, end } = setUp({ concurrency: 1 });
    for (const task of ["a1", "b1", "a2", "-3"]) slots.add(task);
    await clock.settle();
    slots.retry("a1 again", { afterMs: 5_000 });
    expect(slots.stop()).toEqual(["a1 again", "a2", "b1", "-3"]);
    expect(() => slots.add("c")).toThrow(ClosedError);
    expect(() => slots.retry("c", { afterMs: 0 })).toThrow(ClosedError);
    await end("a1");
    await clock.advance(10_000);
    expect(started).toEqual(["a1"]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("rejects those who wait for capacity", async () => {
    const { slots } = setUp({ capacity: 1 });
    const [reservation, waiting] = [await slots.reserve({}), slots.reserve({})];
    slots.stop();
    await expect(waiting).rejects.toBeInstanceOf(ClosedError);
    await expect(slots.reserve({})).rejects.toBeInstanceOf(ClosedError);
    expect(() => reservation.add("late")).toThrow(ClosedError);
  });

  it("drains: what runs is waited for, what waited is given back", async () => {
    const { clock, slots, end } = setUp({ concurrency: 1 });
    for (const task of ["a1", "b1"]) slots.add(task);
    await clock.settle();
    const drained = slots.drain({ timeoutMs: 1_000 });
    await end("a1");
    await expect(drained).resolves.toEqual({ waiting: ["b1"], running: [] });
    expect(clock.pendingTimers).toBe(0);
  });

  it("drains no longer than it may, and says what still runs", async () => {
    const { clock, slots } = setUp();
    slots.add("a1");
    await clock.settle();
    const drained = slots.drain({ timeoutMs: 1_000 });
    await clock.advance(1_000);
    await expect(drained).resolves.toEqual({ waiting: [], running: ["a1"] });
    await expect(slots.drain({ signal: AbortSignal.abort("now") })).rejects.toBe("now");
  });

  it("tells when nothing waits and nothing runs", async () => {
    const { clock, slots, end } = setUp();
    await slots.whenIdle();
    slots.add("a1");
    let isIdle = false;
    void slots.whenIdle().then(() => {
      isIdle = true;
    });
    await clock.settle();
    expect(isIdle).toBe(false);
    await end("a1");
    expect(isIdle).toBe(true);
  });
});

it("names every option at fault", () => {
  expect(() => new Slots({ concurrency: 0, capacity: -1, run: 7 as never })).toThrow(
    "concurrency must be a whole number of at least 1; capacity must be a whole number of at least 1, or Infinity; run must be a function",
  );
});

it("lets the event loop have its turn while tasks that wait for nothing are many", async () => {
  let done = 0;
  let doneAtTurn: number | undefined;
  const slots = new Slots<number>({
    concurrency: 4,
    run: () => {
      done += 1;
    },
  });
  for (let task = 0; task < 5_000; task += 1) slots.add(task);
  setImmediate(() => {
    doneAtTurn = done;
  });
  await slots.whenIdle();
  expect(done).toBe(5_000);
  expect(doneAtTurn).toBeLessThan(1_000);
});
