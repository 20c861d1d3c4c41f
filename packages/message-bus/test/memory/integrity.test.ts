import { describe, expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { ManualClock } from "@wirekit/core/testing";
import { scale } from "@wirekit/test-support/scale";
import fc from "fast-check";
import { MemoryMessageBus, type MessageConsumer } from "../../src/index.ts";
import { referenceOf, references, statusUpdate } from "../contract/messages.ts";

const numRuns = scale({ small: 20, full: 500 });
const target = "payments";
const deadLetterTarget = "payments-dead";

/** What becomes of one delivery: its handler returns, throws, or does not end within its time. */
const anyFate = fc.constantFrom("done", "done", "done", "fails", "hangs");
const anyLife = fc.record({
  messages: fc.array(fc.constantFrom(undefined, "a", "b"), { minLength: 1, maxLength: 25 }),
  fates: fc.array(anyFate, { minLength: 1, maxLength: 60 }),
  /** After how long each consumer is closed and another one begins, in milliseconds; the last one stays. */
  restarts: fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 5 }),
});

/** Two messages of one key that both end among the dead letters. */
const twoDeadOfOneKey = {
  messages: ["a", "a"],
  fates: ["fails", "fails", "fails", "fails", "fails", "fails", "fails", "fails"],
  restarts: [],
};

describe(`in ${numRuns} random lives of consumers that fail, hang and restart`, () => {
  it("every message is handled or among the dead letters, and no key is out of order", async () => {
    await fc.assert(fc.asyncProperty(anyLife, live), { numRuns, examples: [[twoDeadOfOneKey]] });
  }, 300_000);
});

async function live(life: {
  readonly messages: readonly (string | undefined)[];
  readonly fates: readonly string[];
  readonly restarts: readonly number[];
}): Promise<void> {
  const clock = new ManualClock();
  const bus = new MemoryMessageBus({ clock, visibilityTimeoutMs: 1_000, logger: silentLogger });
  const handled: { readonly reference: string; readonly key: string | undefined }[] = [];
  const running = new Set<string>();
  const overlaps: string[] = [];
  let calls = 0;

  const consume = (): MessageConsumer =>
    bus.consume(
      {
        target,
        deadLetter: { target: deadLetterTarget },
        concurrency: 3,
        handlerTimeoutMs: 200,
        retry: { maxAttempts: 4, baseDelayMs: 10, maxDelayMs: 100 },
      },
      async (message, { signal, received: { key } }) => {
        const fate = life.fates[calls] ?? "done";
        calls += 1;
        const lane = key ?? referenceOf(message);
        if (running.has(lane)) overlaps.push(lane);
        running.add(lane);
        try {
          if (fate === "fails") throw new Error("not now");
          if (fate === "hangs") await new Promise((_, reject) => onAbort(signal, reject));
          handled.push({ reference: referenceOf(message), key });
        } finally {
          running.delete(lane);
        }
      },
    );

  const names = references(life.messages.length);
  for (const [index, key] of life.messages.entries()) {
    await bus.sendMessage(statusUpdate(names[index] as string), { target, key });
  }
  let consumer = consume();
  for (const afterMs of life.restarts) {
    await clock.advance(afterMs);
    const closing = consumer.close({ timeoutMs: 500 });
    await clock.advance(500);
    await closing;
    consumer = consume();
  }
  await clock.advance(600_000);
  expect(consumer.stats()).toMatchObject({ waiting: 0, running: 0 });

  expect(overlaps).toEqual([]);
  const dead: string[] = [];
  for (;;) {
    const received = await bus.receiveMessage({ target: deadLetterTarget, timeoutMs: 0 });
    if (received === undefined) break;
    if (received.kind === "message") dead.push(referenceOf(received.message));
    // A second dead letter of the same key follows only then.
    await bus.acknowledge(received);
  }
  const ends = [...handled.map(({ reference }) => reference), ...dead];
  expect(ends.sort()).toEqual([...names].sort());
  for (const key of ["a", "b"]) {
    const order = handled.filter((one) => one.key === key).map(({ reference }) => names.indexOf(reference));
    expect(order).toEqual([...order].sort((one, other) => one - other));
  }
  const closing = bus.close();
  await clock.advance(0);
  expect(await closing).toMatchObject({ notHandled: 0 });
  expect(clock.pendingTimers).toBe(0);
}

function onAbort(signal: AbortSignal, listener: (reason: unknown) => void): void {
  if (signal.aborted) listener(signal.reason);
  else signal.addEventListener("abort", () => listener(signal.reason), { once: true });
}
