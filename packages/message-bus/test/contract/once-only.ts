import { describe, expect, it } from "@jest/globals";
import { MemoryIdempotencyStore } from "@wirekit/core/inbound";
import type { MessageConsumer } from "../../src/index.ts";
import { processed, quickRetry } from "./consuming.ts";
import type { ContractBus, ContractTraits } from "./contract-bus.ts";
import { deferred, statusUpdate } from "./messages.ts";

export function describeOnceOnly(subject: () => ContractBus, traits: ContractTraits): void {
  describe("handling once", () => {
    if (traits.copies !== "dropped") {
      it("handles a message as often as it is delivered, unless told otherwise", async () => {
        const { calls, consumer, eventually } = await consumeCopies(2);
        await eventually(processed(consumer, 2));
        expect(calls.count).toBe(2);
      });

      it("handles copies of a message once where there is a store, and acknowledges them all", async () => {
        const { calls, consumer, eventually } = await consumeCopies(3, new MemoryIdempotencyStore());
        await eventually(handled(consumer, 3));
        expect(calls.count).toBe(1);
        expect(consumer.stats()).toMatchObject({ handled: 3, duplicates: 2 });
      });

      it("does not take a copy for handled while another is being handled, nor when that one fails", async () => {
        const { bus, newTarget, eventually } = subject();
        const target = await newTarget();
        const goOn = deferred();
        let calls = 0;
        const idempotency = { store: new MemoryIdempotencyStore() };
        const consumer = bus.consume({ target, idempotency, retry: quickRetry }, async () => {
          calls += 1;
          if (calls > 1) return;
          await goOn.promise;
          throw new Error("not now");
        });
        const copyWaits = new Promise<void>((resolve) => {
          consumer.on("processed", ({ error }) => {
            if (error?.code === "wirekit/in-progress") resolve();
          });
        });
        const allHandled = handled(consumer, 2);
        await bus.sendMany([statusUpdate("R-1", "key-1"), statusUpdate("R-1", "key-1")], { target });
        await eventually(copyWaits);
        goOn.resolve();
        await eventually(allHandled);
        expect(calls).toBe(2);
        expect(consumer.stats()).toMatchObject({ handled: 2, duplicates: 1 });
      });
    }

    it("goes by the idempotency key of a message, not by its content", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      let calls = 0;
      const consumer = bus.consume({ target, idempotency: { store: new MemoryIdempotencyStore() } }, () => {
        calls += 1;
      });
      const done = processed(consumer, 2);
      await bus.sendMany([statusUpdate("R-1", "key-1"), statusUpdate("R-1", "key-2")], { target });
      await eventually(done);
      expect(calls).toBe(2);
    });

    if (traits.groups === "independent") {
      it("gives every group every message, and has each group handle it once", async () => {
        const { bus, newTarget, eventually } = subject();
        const target = await newTarget();
        const idempotency = { store: new MemoryIdempotencyStore() };
        const handled: string[] = [];
        const consumers = ["ledger", "audit"].map((groupId) =>
          bus.consume({ target, groupId, idempotency }, () => handled.push(groupId)),
        );
        const done = Promise.all(consumers.map((consumer) => processed(consumer, 2)));
        await bus.sendMany([statusUpdate("R-1", "key-1"), statusUpdate("R-1", "key-1")], { target });
        await eventually(done);
        expect(handled.sort()).toEqual(["audit", "ledger"]);
      });
    }

    async function consumeCopies(count: number, store?: MemoryIdempotencyStore) {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const calls = { count: 0 };
      const copies = Array.from({ length: count }, () => statusUpdate("R-1", "key-1"));
      await bus.sendMany(copies, { target, key: "user-1" });
      const idempotency = store === undefined ? undefined : { store };
      const consumer = bus.consume({ target, idempotency, retry: quickRetry }, () => {
        calls.count += 1;
      });
      return { calls, consumer, eventually };
    }
  });
}

/**
 * Resolves when the consumer has handled `count` deliveries; those that had to wait for a copy come again
 * before.
 */
function handled(consumer: MessageConsumer, count: number): Promise<void> {
  return new Promise((resolve) => {
    consumer.on("processed", () => {
      if (consumer.stats().handled === count) resolve();
    });
  });
}
