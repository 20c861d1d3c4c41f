import { describe, expect, it } from "@jest/globals";
import type { MessageConsumer } from "../../src/index.ts";
import type { ContractBus, ContractTraits } from "./contract-bus.ts";
import { deferred, referenceOf, references, statusUpdate } from "./messages.ts";

/** Pauses that a test can wait for. */
export const quickRetry = { baseDelayMs: 1, maxDelayMs: 20 };

/** Resolves when `count` deliveries have come to their end in the consumer. */
export function processed(consumer: MessageConsumer, count: number): Promise<void> {
  const { promise, resolve } = deferred();
  let left = count;
  consumer.on("processed", () => {
    left -= 1;
    if (left === 0) resolve();
  });
  return promise;
}

export function describeConsuming(subject: () => ContractBus, { keys = "kept" }: ContractTraits): void {
  describe("consuming", () => {
    it("handles every message once, and acknowledges it", async () => {
      const { bus, newTarget, eventually, outlastVisibility } = subject();
      const target = await newTarget();
      const handled: string[] = [];
      const consumer = bus.consume({ target }, (message) => handled.push(referenceOf(message)));
      const done = processed(consumer, 30);
      await bus.sendMany(
        references(30).map((reference) => statusUpdate(reference)),
        { target },
      );
      await eventually(done);
      await outlastVisibility();
      expect(handled.sort()).toEqual(references(30).sort());
      expect(consumer.stats()).toMatchObject({ received: 30, handled: 30, retried: 0, left: 0 });
      expect(consumer.health().status).toBe("ok");
      expect(await eventually(consumer.close())).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
      await consumer.closed;
    });

    it("handles messages of different keys at once", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const other = deferred();
      const consumer = bus.consume({ target, concurrency: 2 }, async (message) => {
        // The first can only end while the second runs.
        if (referenceOf(message) === "R-0") await other.promise;
        else other.resolve();
      });
      const done = processed(consumer, 2);
      await bus.sendMessage(statusUpdate("R-0"), { target, key: "a" });
      await bus.sendMessage(statusUpdate("R-1"), { target, key: "b" });
      await eventually(done);
      expect(consumer.stats().handled).toBe(2);
    });

    if (keys === "kept") {
      it("handles the messages of one key one at a time and in order, also when one of them fails at first", async () => {
        const { bus, newTarget, eventually } = subject();
        const target = await newTarget();
        const begun: Record<string, string[]> = { a: [], b: [], c: [] };
        const running = new Set<string>();
        const consumer = bus.consume(
          { target, concurrency: 10, retry: quickRetry },
          async (message, { received: { key = "" } }) => {
            expect(running.has(key)).toBe(false);
            running.add(key);
            begun[key]?.push(referenceOf(message));
            await Promise.resolve();
            running.delete(key);
            const isFirstTry = begun[key]?.filter((reference) => reference === "R-3").length === 1;
            if (referenceOf(message) === "R-3" && isFirstTry) throw new Error("not now");
          },
        );
        const done = processed(consumer, 3 * 11);
        for (const key of ["a", "b", "c"]) {
          await bus.sendMany(
            references(10).map((reference) => statusUpdate(reference)),
            { target, key },
          );
        }
        await eventually(done);
        const order = references(10).flatMap((reference) =>
          reference === "R-3" ? [reference, reference] : [reference],
        );
        expect(begun).toEqual({ a: order, b: order, c: order });
        expect(consumer.stats()).toMatchObject({ handled: 30, retried: 3 });
      });
    }

    it("tells a handler what it has received, and how often", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const seen: unknown[] = [];
      const consumer = bus.consume({ target, retry: quickRetry }, (message, { received, signal }) => {
        seen.push([received.target, received.key, received.message === message, signal.aborted]);
        if (seen.length === 1) throw new Error("not now");
      });
      const done = processed(consumer, 2);
      await bus.sendMessage(statusUpdate("R-1"), { target, key: "user-1" });
      await eventually(done);
      const facts = [target, keys === "kept" ? "user-1" : undefined, true, false];
      expect(seen).toEqual([facts, facts]);
    });

    it("gives back what a consumer has not begun when it closes, for the next one to handle", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const handled: string[] = [];
      const first = deferred();
      const goOn = deferred();
      const one = bus.consume({ target, concurrency: 1 }, async (message) => {
        first.resolve();
        await goOn.promise;
        handled.push(referenceOf(message));
      });
      await bus.sendMany(
        references(10).map((reference) => statusUpdate(reference)),
        { target },
      );
      await eventually(first.promise);
      const closing = one.close({ timeoutMs: 60_000 });
      goOn.resolve();
      await eventually(closing);
      // What ran has ended, what had not begun has not.
      expect(handled).toHaveLength(1);

      const other = bus.consume({ target }, (message) => handled.push(referenceOf(message)));
      await eventually(processed(other, 9));
      expect(handled.sort()).toEqual(references(10).sort());
    });

    it("waits for handlers, whose messages are acknowledged, before the bus is closed", async () => {
      const { bus, newTarget, eventually, another, outlastVisibility } = subject();
      const target = await newTarget();
      const begun = deferred();
      const goOn = deferred();
      const forwardedTo = await newTarget();
      bus.consume({ target }, async (message) => {
        begun.resolve();
        await goOn.promise;
        await bus.sendMessage(message, { target: forwardedTo });
      });
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(begun.promise);
      const closing = bus.close({ timeoutMs: 60_000 });
      goOn.resolve();
      expect(await eventually(closing)).toEqual({ notSent: [], unconfirmed: [], notHandled: 0 });
      await outlastVisibility();
      const next = await another();
      if (next === bus) return;
      expect(await eventually(next.receiveMessage({ target, timeoutMs: 1 }))).toBeUndefined();
      expect(await eventually(next.receiveMessage({ target: forwardedTo, timeoutMs: 30_000 }))).toBeDefined();
    });
  });
}
