import { expect, it } from "@jest/globals";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { silentLogger } from "../src/index.ts";
import { type QueueEntry, Slots } from "../src/kit/index.ts";
import { ManualClock } from "../src/testing/manual-clock.ts";

const runs = scale({ small: 200, full: 5_000 });

interface Task {
  readonly order: number;
  readonly key: string | undefined;
  readonly runMs: number;
  readonly end: "resolves" | "rejects" | "throws" | "retries" | "gives-up-its-slot";
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      key: fc.nat(3),
      runMs: fc.nat(50),
      end: fc.constantFrom<Task["end"][]>(
        "resolves",
        "resolves",
        "rejects",
        "throws",
        "retries",
        "gives-up-its-slot",
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(40) }) },
  fc.record({ kind: fc.constant("hold" as const), key: fc.nat(3), ms: fc.nat(80) }),
  fc.record({ kind: fc.constant("leave" as const), index: fc.nat(40) }),
  fc.record({ kind: fc.constant("take" as const), key: fc.nat(3) }),
  fc.record({
    kind: fc.constant("reserve" as const),
    atLeast: fc.integer({ min: 1, max: 4 }),
    ms: fc.nat(60),
  }),
);

it(`runs all that stay, so many at a time, one of a key, in order, and keeps its books (${runs} runs)`, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 4, max: 12 }),
      async (steps, concurrency, capacity) => {
        const clock = new ManualClock();
        const begun: Task[] = [];
        const gone = new Set<number>();
        const running = new Set<Task>();
        const unfinished = new Set<Task>();
        const retried = new Set<number>();
        const added: { readonly task: Task; readonly entry: QueueEntry }[] = [];
        let held = 0;
        let wanted = 0;
        let granted = 0;

        const slots: Slots<Task> = new Slots<Task>({
          concurrency,
          capacity,
          clock,
          logger: silentLogger,
          keyOf: ({ key }) => key,
          run: (task, slot) => {
            expect(running.size).toBeLessThan(concurrency);
            for (const other of unfinished) if (task.key !== undefined) expect(other.key).not.toBe(task.key);
            begun.push(task);
            running.add(task);
            unfinished.add(task);
            const finish = () => {
              running.delete(task);
              unfinished.delete(task);
            };
            if (task.end === "throws") {
              finish();
              throw new Error("thrown");
            }
            return new Promise<void>((resolve, reject) => {
              clock.setTimer(() => {
                if (task.end === "gives-up-its-slot") {
                  running.delete(task);
                  slot.release();
                  clock.setTimer(() => {
                    finish();
                    resolve();
                  }, 10);
                  return;
                }
                if (task.end === "retries" && !retried.has(task.order)) {
                  retried.add(task.order);
                  slots.retry(task, { afterMs: 15 });
                }
                finish();
                if (task.end === "rejects") reject(new Error("rejected"));
                else resolve();
              }, task.runMs);
            });
          },
        });

        const keyOf = (key: number) => (key === 0 ? undefined : `key ${key}`);
        for (const step of steps) {
          if (step.kind === "wait") await clock.advance(step.ms);
          if (step.kind === "add" && slots.available > 0) {
            const task: Task = {
              order: added.length,
              key: keyOf(step.key),
              runMs: step.runMs,
              end: step.end,
            };
            added.push({ task, entry: slots.add(task) });
          }
          if (step.kind === "hold") clock.setTimer(slots.hold(`key ${step.key}`), step.ms);
          if (step.kind === "leave") {
            const chosen = added[step.index];
            if (chosen?.entry.leave()) gone.add(chosen.task.order);
          }
          if (step.kind === "take")
            for (const { order } of slots.takeWaiting(`key ${step.key}`)) gone.add(order);
          if (step.kind === "reserve") {
            wanted += 1;
            void slots.reserve({ atLeast: step.atLeast }).then(({ release, remaining }) => {
              granted += 1;
              held += remaining;
              clock.setTimer(() => {
                held -= remaining;
                release();
              }, step.ms);
            });
          }
          // A caller that is granted capacity learns of it a moment later.
          if (wanted > granted) await clock.settle();
          expect(slots.available).toBe(Math.max(0, capacity - slots.waiting - slots.unfinished - held));
          expect(slots.running).toBeLessThanOrEqual(concurrency);
        }
        await clock.advance(10_000);

        expect(granted).toBe(wanted);
        expect({ waiting: slots.waiting, running: slots.running, available: slots.available }).toEqual({
          waiting: 0,
          running: 0,
          available: capacity,
        });
        for (const { task } of added) {
          const times = begun.filter(({ order }) => order === task.order).length;
          // One that retries may be taken out while it waits for its second turn.
          const expected = gone.has(task.order) ? [0, 1] : [task.end === "retries" ? 2 : 1];
          expect(expected).toContain(times);
        }
        for (let key = 1; key <= 3; key += 1) {
          const orders = begun.filter((task) => task.key === `key ${key}`).map(({ order }) => order);
          expect(orders).toEqual(orders.toSorted((one, other) => one - other));
        }
        expect(clock.pendingTimers).toBe(0);
      },
    ),
    { numRuns: runs },
  );
}, 3_600_000);
