import { expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { settled } from "../../test/manual-clock.ts";
import type { KindoOutcome, SendManyProgress } from "../outcome.ts";
import { collectOutcomes } from "./collect-outcomes.ts";
import { Intake, type MessageSource } from "./intake.ts";

const delivered: KindoOutcome = { kind: "delivered", trackingId: "t", attempts: 1, latencyMs: 1 };
const rejected: KindoOutcome = { kind: "rejected", error: new Error("no") as never };

const others = { dropped: 0, expired: 0, unconfirmed: 0 };
const options = { onProgress: undefined, logger: silentLogger };

/** An intake whose messages are their own outcomes. */
function intake(source: MessageSource<KindoOutcome>, ended?: () => void): Intake<KindoOutcome> {
  const { signal: stop } = new AbortController();
  return new Intake(source, {
    concurrency: 2,
    stop,
    sendOne: async (outcome) => outcome,
    ...(ended && { ended }),
  });
}

it("puts the outcomes in the order of their messages, and counts them", async () => {
  const open: (() => void)[] = [];
  const slowFirst = new Intake([delivered, rejected, delivered], {
    concurrency: 3,
    stop: new AbortController().signal,
    sendOne: (outcome) => new Promise((resolve) => open.push(() => resolve(outcome))),
  });
  const collecting = collectOutcomes(slowFirst, options);
  await settled();
  for (const finish of open.reverse()) {
    finish();
    await settled();
  }
  expect(await collecting).toEqual({
    outcomes: [delivered, rejected, delivered],
    counts: { delivered: 2, rejected: 1, "not-sent": 0, ...others },
  });
});

it("tells the progress after every message, with the number in all where that can be known", async () => {
  const told: SendManyProgress[] = [];
  const onProgress = (progress: SendManyProgress) => told.push(progress);
  await collectOutcomes(intake([delivered, rejected]), { ...options, onProgress });
  expect(told).toEqual([
    { done: 1, delivered: 1, rejected: 0, "not-sent": 0, ...others, total: 2 },
    { done: 2, delivered: 1, rejected: 1, "not-sent": 0, ...others, total: 2 },
  ]);
  await collectOutcomes(intake(new Set([delivered])), { ...options, onProgress });
  expect(told.at(-1)).toMatchObject({ done: 1, total: undefined });
});

it("does not lose an outcome because whoever watches throws", async () => {
  const onProgress = () => {
    throw new Error("boom");
  };
  const report = await collectOutcomes(intake([delivered, delivered]), { ...options, onProgress });
  expect(report.outcomes).toEqual([delivered, delivered]);
  expect(report).not.toHaveProperty("sourceError");
});

it.each(["next", "return"])(
  "reports what the source's %s threw together with the outcomes before",
  async (method) => {
    const boom = new Error("boom");
    const stop = new AbortController();
    const source: Iterable<KindoOutcome> = {
      [Symbol.iterator]() {
        let given = 0;
        return {
          next() {
            given += 1;
            if (given === 2 && method === "next") throw boom;
            if (given === 2) stop.abort();
            return { value: delivered, done: false };
          },
          return() {
            throw boom;
          },
        };
      },
    };
    const failing = new Intake(source, {
      concurrency: 1,
      stop: stop.signal,
      sendOne: async (outcome) => outcome,
    });
    const report = await collectOutcomes(failing, options);
    expect(report).toMatchObject({ outcomes: [delivered], sourceError: boom });
  },
);

it("says when it has come to its end", async () => {
  let ends = 0;
  await collectOutcomes(
    intake([delivered], () => {
      ends += 1;
    }),
    options,
  );
  expect(ends).toBe(1);
});
