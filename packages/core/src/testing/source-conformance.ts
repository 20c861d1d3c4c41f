import assert from "node:assert/strict";
import type { Delivery } from "../inbound/delivery.ts";
import { once } from "../kit/once.ts";
import { assertPlain } from "./assert-plain.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { deferred } from "./deferred.ts";
import type { SourceConformanceOptions, SourcePlace } from "./source/place.ts";
import { Trial } from "./source/trial.ts";

/** Longer than any lease or time-out of a source in a test. */
const longMs = 60_000;

/**
 * What every `Source` has to do for its consumer, as a suite for any runner: each message is settled once, a
 * retry comes back in its time and order, what was not begun is given back, and closing is in time.
 *
 * @param makePlace makes an empty queue or topic; called for each case.
 */
export function sourceConformance<D extends Delivery>(
  makePlace: () => SourcePlace<D> | Promise<SourcePlace<D>>,
  options: SourceConformanceOptions = {},
): ConformanceCase[] {
  const on = (name: string, act: (trial: Trial) => Promise<void>): ConformanceCase => ({
    name,
    run: async () => {
      const trial = new Trial(await makePlace(), options);
      try {
        await act(trial);
      } finally {
        await trial.end();
      }
    },
  });
  const onlyWith = (member: "failNext" | "hang" | "loseLeases", name: string, act: Act): ConformanceCase =>
    on(name, async (trial) => {
      // A place is known when it is made, and that may take a server: a case that it cannot play has nothing
      // to check.
      if (trial.place[member] !== undefined) await act(trial);
    });

  return [
    on("acknowledges each message that was handled, once", async (trial) => {
      const names = Array.from({ length: 25 }, (_, n) => `m${n}`);
      for (const name of names) await trial.place.put({ name });
      trial.start(() => undefined);
      await trial.untilAcknowledged(...names);
      await trial.place.advance(longMs);
      assert.deepEqual([...(await trial.place.acknowledged())].sort(), [...names].sort());
      assert.deepEqual(trial.handled.map(({ name }) => name).sort(), [...names].sort());
      assert.ok(trial.handled.every(({ attempt }) => attempt === 1));
    }),

    on("hands over the messages of a key in their order, one at a time", async (trial) => {
      const keys = ["a", "b", "c"];
      for (let n = 0; n < 8; n += 1)
        for (const key of keys) await trial.place.put({ name: `${key}${n}`, key });
      const running = new Map<string, number>();
      trial.start(async ({ name }) => {
        const [key = ""] = name;
        running.set(key, (running.get(key) ?? 0) + 1);
        assert.equal(running.get(key), 1, `two of ${key} run at once`);
        await new Promise((resolve) => trial.place.clock.setTimer(() => resolve(undefined), 5));
        running.set(key, 0);
      });
      const expected = (key: string) => Array.from({ length: 8 }, (_, n) => `${key}${n}`);
      await trial.untilAcknowledged(...keys.flatMap(expected));
      for (const key of keys) {
        const ofKey = trial.handled.map(({ name }) => name).filter((name) => name.startsWith(key));
        assert.deepEqual(ofKey, expected(key));
      }
      assert.ok(
        trial.processed.every(({ outcome }) => outcome === "handled"),
        "a handler has failed",
      );
    }),

    on("delivers a message again not before its time, and nothing of its key before it", async (trial) => {
      for (const name of ["a0", "a1", "a2"]) await trial.place.put({ name, key: "a" });
      await trial.place.put({ name: "b0", key: "b" });
      trial.start(({ name, attempt }) => {
        if (name === "a0" && attempt === 1) throw new Error("not yet");
      });
      await trial.untilAcknowledged("a0", "a1", "a2", "b0");
      const ofKey = trial.handled.filter(({ name }) => name.startsWith("a"));
      assert.deepEqual(
        ofKey.map(({ name }) => name),
        ["a0", "a0", "a1", "a2"],
      );
      assert.ok((ofKey[1]?.attempt ?? 0) > 1, "an attempt is counted up");
      const retried = trial.processed.find(({ outcome }) => outcome === "retried");
      const { settlement } = retried ?? {};
      assert.ok(retried && settlement?.kind === "retry");
      const pauseMs = (ofKey[1]?.atMs ?? 0) - (ofKey[0]?.atMs ?? 0);
      assert.ok(
        pauseMs >= settlement.afterMs,
        `it came after ${pauseMs} ms, and not after ${settlement.afterMs}`,
      );
    }),

    on("acknowledges a dead letter once it is written, and never before", async (trial) => {
      await trial.place.put({ name: "bad" });
      const written = deferred();
      const sink = once(() => written.promise);
      let calls = 0;
      trial.start(
        () => {
          throw new Error("never");
        },
        {
          retry: { maxAttempts: 1 },
          deadLetter: {
            sink: () => {
              calls += 1;
              return sink();
            },
          },
        },
      );
      await trial.until("the dead letter is being written", () => calls > 0);
      await trial.place.advance(500);
      assert.deepEqual(await trial.place.acknowledged(), []);
      written.resolve();
      await trial.untilAcknowledged("bad");
      assert.deepEqual(await trial.place.acknowledged(), ["bad"]);
    }),

    on("never runs a handler again whose dead letter cannot be written", async (trial) => {
      await trial.place.put({ name: "bad", key: "a" });
      await trial.place.put({ name: "good", key: "b" });
      let tries = 0;
      trial.start(
        ({ name }) => {
          if (name === "bad") throw new Error("never");
        },
        {
          retry: { maxAttempts: 1 },
          deadLetter: {
            sink: async () => {
              tries += 1;
              if (tries <= 5) throw new Error("the place for dead letters is down");
            },
          },
        },
      );
      await trial.untilAcknowledged("good");
      assert.deepEqual(await trial.place.acknowledged(), ["good"], "before the dead letter is written");
      await trial.untilAcknowledged("bad");
      assert.equal(trial.handled.filter(({ name }) => name === "bad").length, 1);
      assert.equal(tries, 6);
    }),

    on("fills the slots beside one that stays taken", async (trial) => {
      const names = Array.from({ length: 40 }, (_, n) => `m${n}`);
      for (const name of names) await trial.place.put({ name });
      const slow = deferred();
      trial.start(({ name }) => (name === "m0" ? slow.promise : undefined), { concurrency: 5, capacity: 5 });
      await trial.untilAcknowledged(...names.slice(1));
      slow.resolve();
      await trial.untilAcknowledged("m0");
    }),

    on("never acknowledges what is given up without a place for dead letters", async (trial) => {
      await trial.place.put({ name: "bad" });
      const consumer = trial.start(
        () => {
          throw new Error("never");
        },
        { retry: { maxAttempts: 1 } },
      );
      await trial.until("it is given up", () => trial.processed.some(({ outcome }) => outcome === "left"));
      await trial.close(consumer);
      assert.deepEqual(await trial.place.acknowledged(), []);
    }),

    on("gives back what was not begun, so that the next consumer gets it, in order", async (trial) => {
      const names = Array.from({ length: 6 }, (_, n) => `a${n}`);
      for (const name of names) await trial.place.put({ name, key: "a" });
      const first = deferred();
      const consumer = trial.start(() => first.promise, { concurrency: 1, capacity: 10 });
      await trial.until("the first one runs", () => trial.handled.length === 1);
      const closing = trial.close(consumer, 5_000);
      first.resolve();
      await closing;
      assert.deepEqual(
        trial.handled.map(({ name }) => name),
        ["a0"],
        "nothing begins while it closes",
      );
      trial.start(() => undefined);
      await trial.untilAcknowledged(...names);
      assert.deepEqual(
        trial.handled.map(({ name }) => name),
        names,
      );
    }),

    on("ends at once where there is nothing to do, in the middle of a poll", async (trial) => {
      const consumer = trial.start(() => undefined);
      await trial.place.advance(50);
      const closedAfterMs = await trial.close(consumer, 30_000);
      assert.ok(closedAfterMs < 10_000, `it took ${closedAfterMs} ms`);
      assert.equal(consumer.health().status, "closed");
    }),

    on("says of its own state what JSON can hold", async (trial) => {
      const consumer = trial.start(() => undefined);
      await trial.place.put({ name: "a" });
      await trial.untilAcknowledged("a");
      const { source } = consumer.health();
      assertPlain("details()", source);
    }),

    onlyWith("failNext", "goes on after a request that failed", async (trial) => {
      trial.place.failNext?.();
      const consumer = trial.start(() => undefined);
      await trial.place.put({ name: "a" });
      await trial.untilAcknowledged("a");
      trial.place.failNext?.();
      await trial.place.put({ name: "b" });
      await trial.untilAcknowledged("a", "b");
      await trial.until("the consumer is well again", () => consumer.health().status === "ok");
    }),

    onlyWith("hang", "closes in time where no request is answered any more", async (trial) => {
      await trial.place.put({ name: "a" });
      const consumer = trial.start(() => undefined);
      await trial.untilAcknowledged("a");
      trial.place.hang?.();
      await trial.place.put({ name: "b" });
      await trial.place.advance(1_000);
      const closedAfterMs = await trial.close(consumer, 2_000);
      assert.ok(closedAfterMs < 10_000, `it took ${closedAfterMs} ms`);
    }),

    onlyWith(
      "loseLeases",
      "stops the handler whose lease is lost, and does not acknowledge for it",
      async (trial) => {
        await trial.place.put({ name: "a" });
        let isTold = false;
        const finish = deferred();
        trial.start((call, { signal }) => {
          if (call.attempt > 1) return undefined;
          signal.addEventListener("abort", () => {
            isTold = true;
          });
          return finish.promise;
        });
        await trial.until("it runs", () => trial.handled.length === 1);
        trial.place.loseLeases?.();
        await trial.until("the handler is told", () => isTold);
        assert.deepEqual(await trial.place.acknowledged(), []);
        finish.resolve();
        await trial.untilAcknowledged("a");
        assert.deepEqual(
          trial.handled.map(({ name }) => name),
          ["a", "a"],
        );
        assert.deepEqual(await trial.place.acknowledged(), ["a"]);
      },
    ),
  ];
}

type Act = (trial: Trial) => Promise<void>;
