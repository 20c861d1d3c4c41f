import { describe, expect, it } from "@jest/globals";
import { ClosedError, ConfigError, ConnectionError, TimeoutError } from "@wirekit/core";
import { encodeMessage } from "../../src/index.ts";
import { processed, quickRetry } from "./consuming.ts";
import type { ContractBus } from "./contract-bus.ts";
import { deferred, referenceOf, statusUpdate } from "./messages.ts";

export function describeFaults(subject: () => ContractBus): void {
  describe("when something goes wrong", () => {
    it("gives a message again whose handler fails, until it succeeds", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      let tries = 0;
      const consumer = bus.consume({ target, retry: quickRetry }, () => {
        tries += 1;
        if (tries < 4) throw new Error("not now");
      });
      const done = processed(consumer, 4);
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(done);
      expect(consumer.stats()).toMatchObject({ handled: 1, retried: 3 });
    });

    it("puts a message that never succeeds among the dead letters as it came, and goes on with its key", async () => {
      const { bus, newTarget, eventually } = subject();
      const [target, deadLetterTarget] = [await newTarget(), await newTarget()];
      const handled: string[] = [];
      const poison = statusUpdate("R-poison");
      const options = {
        target,
        deadLetter: { target: deadLetterTarget },
        retry: { maxAttempts: 3, ...quickRetry },
      };
      const consumer = bus.consume(options, (message) => {
        if (referenceOf(message) === "R-poison") throw new Error("secret cause");
        handled.push(referenceOf(message));
      });
      const done = processed(consumer, 4);
      await bus.sendMany([poison, statusUpdate("R-2")], { target, key: "user-1" });
      await eventually(done);
      expect(handled).toEqual(["R-2"]);
      expect(consumer.stats()).toMatchObject({ handled: 1, retried: 2, deadLettered: 1 });

      const dead = await eventually(bus.receiveMessage({ target: deadLetterTarget, timeoutMs: 30_000 }));
      expect(dead).toMatchObject({
        raw: encodeMessage(poison),
        headers: {
          "dead-letter-reason": "attempts-exhausted",
          "dead-letter-source": target,
          "dead-letter-attempts": "3",
        },
      });
      expect(JSON.stringify(dead?.headers)).not.toContain("secret");
    });

    it("never runs a handler again whose dead letter cannot be written, and says so", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      let [calls, tries] = [0, 0];
      let reasons: string[] = [];
      const sink = async () => {
        tries += 1;
        reasons = bus.health().reasons.map(({ message }) => message);
        if (tries === 1) throw new ConnectionError("the place is down");
      };
      const retry = { maxAttempts: 2, ...quickRetry };
      const consumer = bus.consume({ target, deadLetter: { sink }, retry }, () => {
        calls += 1;
        throw new Error("poison");
      });
      const done = processed(consumer, 2);
      await bus.sendMessage(statusUpdate("R-1"), { target, key: "user-1" });
      await eventually(done);
      expect({ calls, tries }).toEqual({ calls: 2, tries: 2 });
      expect(reasons).toEqual(["Dead letters cannot be written: the place is down"]);
      expect(consumer.stats()).toMatchObject({ retried: 1, deadLettered: 1, failedDeadLetters: 1 });
      expect(bus.health().status).toBe("ok");
    });

    it("gives up at once what its owner says is not worth another try", async () => {
      const { bus, newTarget, eventually } = subject();
      const [target, deadLetterTarget] = [await newTarget(), await newTarget()];
      const classify = () => "dead-letter" as const;
      const consumer = bus.consume({ target, deadLetter: { target: deadLetterTarget }, classify }, () => {
        throw new Error("never");
      });
      const done = processed(consumer, 1);
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(done);
      const dead = await eventually(bus.receiveMessage({ target: deadLetterTarget, timeoutMs: 30_000 }));
      expect(dead?.headers).toMatchObject({ "dead-letter-reason": "not-retryable" });
    });

    it("puts an invalid body among the dead letters as it came, and never shows it to the handler", async () => {
      const { bus, newTarget, sendText, eventually } = subject();
      const [target, deadLetterTarget] = [await newTarget(), await newTarget()];
      const handled: string[] = [];
      const consumer = bus.consume({ target, deadLetter: { target: deadLetterTarget } }, (message) => {
        handled.push(referenceOf(message));
      });
      const done = processed(consumer, 2);
      await sendText('{"meta_data": ', { target, key: "user-1" });
      await bus.sendMessage(statusUpdate("R-1"), { target, key: "user-1" });
      await eventually(done);
      expect(handled).toEqual(["R-1"]);
      expect(consumer.stats()).toMatchObject({ handled: 1, invalid: 1 });
      const dead = await eventually(bus.receiveMessage({ target: deadLetterTarget, timeoutMs: 30_000 }));
      expect(dead).toMatchObject({
        raw: '{"meta_data": ',
        headers: { "dead-letter-reason": "invalid", "dead-letter-error": "message-bus/invalid-body" },
      });
    });

    it("never acknowledges an invalid body where there is no place for dead letters", async () => {
      const { bus, newTarget, sendText, eventually, another, outlastVisibility } = subject();
      const target = await newTarget();
      const consumer = bus.consume({ target }, () => {});
      const done = processed(consumer, 1);
      await sendText("not JSON", { target });
      await eventually(done);
      expect(consumer.stats()).toMatchObject({ handled: 0, invalid: 1 });
      await eventually(consumer.close());
      await outlastVisibility();
      const next = await another();
      const again = await eventually(next.receiveMessage({ target, timeoutMs: 30_000 }));
      expect(again?.raw).toBe("not JSON");
    });

    it("keeps a message whose handler is slow for as long as that takes, and gives it to nobody else", async () => {
      const { bus, newTarget, eventually, outlastVisibility } = subject();
      const target = await newTarget();
      const begun = deferred();
      const goOn = deferred();
      let calls = 0;
      const slow = async () => {
        calls += 1;
        begun.resolve();
        await goOn.promise;
      };
      const consumers = [bus.consume({ target }, slow), bus.consume({ target }, slow)];
      const done = Promise.race(consumers.map((consumer) => processed(consumer, 1)));
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(begun.promise);
      for (let round = 0; round < 3; round += 1) await outlastVisibility();
      goOn.resolve();
      await eventually(done);
      await outlastVisibility();
      expect(calls).toBe(1);
    });

    it("tells a handler by its signal that its time is over, and never lets the next try overlap with it", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const reasons: unknown[] = [];
      let running = 0;
      let tries = 0;
      const timedOut = deferred();
      const goOn = deferred();
      const options = { target, handlerTimeoutMs: 50, retry: quickRetry };
      const consumer = bus.consume(options, async (_message, { signal }) => {
        tries += 1;
        expect(running).toBe(0);
        running += 1;
        if (tries === 1) {
          signal.addEventListener("abort", () => {
            reasons.push(signal.reason);
            timedOut.resolve();
          });
          await goOn.promise;
        }
        running -= 1;
      });
      const done = processed(consumer, 2);
      await bus.sendMessage(statusUpdate("R-1"), { target, key: "user-1" });
      await eventually(timedOut.promise);
      goOn.resolve();
      await eventually(done);
      expect(tries).toBe(2);
      expect(reasons).toEqual([expect.any(TimeoutError)]);
      expect(consumer.stats()).toMatchObject({ handled: 1, retried: 1 });
    });

    it("fires a handler's signal when the consumer can wait for it no longer, and leaves its message to others", async () => {
      const { bus, newTarget, eventually, another } = subject();
      const target = await newTarget();
      const begun = deferred();
      const consumer = bus.consume({ target }, async (_message, { signal }) => {
        begun.resolve();
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      });
      const left: string[] = [];
      consumer.on("processed", ({ delivery, outcome }) => outcome === "left" && left.push(delivery.body));
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(begun.promise);
      const report = await eventually(consumer.close({ timeoutMs: 200 }));
      expect(report.notHandled).toBe(1);
      expect(left).toEqual([expect.stringContaining("R-1")]);

      const handled = deferred<string>();
      const next = await another();
      next.consume({ target }, (message) => handled.resolve(referenceOf(message)));
      expect(await eventually(handled.promise)).toBe("R-1");
    });

    it("closes in its time although a handler never ends, and says what that leaves", async () => {
      const { bus, newTarget, eventually } = subject();
      const target = await newTarget();
      const begun = deferred();
      const reasons: unknown[] = [];
      const consumer = bus.consume({ target }, async (_message, { signal }) => {
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        begun.resolve();
        await new Promise(() => {});
      });
      await bus.sendMessage(statusUpdate("R-1"), { target });
      await eventually(begun.promise);
      const report = await eventually(consumer.close({ timeoutMs: 200 }));
      expect(report.notHandled).toBe(1);
      expect(reasons).toEqual([expect.any(ClosedError)]);
      expect(await consumer.close()).toBe(report);
    });

    it.each([
      { concurrency: 0 },
      { handlerTimeoutMs: -1 },
      { retry: { maxAttempts: 0 } },
      { deadLetter: { target: "" } },
      { deadLetter: { target: "other", sink: async () => {} } },
      { deadLetter: {} },
      { deadLetterTarget: "other" },
    ])("refuses to consume with %j", async (options) => {
      const { bus, newTarget } = subject();
      const target = await newTarget();
      expect(() => bus.consume({ target, ...(options as object) }, () => {})).toThrow(ConfigError);
      expect(() => bus.consume({ target, deadLetter: { target } }, () => {})).toThrow(ConfigError);
    });
  });
}
