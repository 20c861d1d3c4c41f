import { expect, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import type { KindoOutcome, NumberedOutcome, SendManyProgress } from "../outcome.ts";
import { collectOutcomes } from "./collect-outcomes.ts";

const delivered: KindoOutcome = { kind: "delivered", trackingId: "t", attempts: 1, latencyMs: 1 };
const notSent: KindoOutcome = { kind: "not-sent" };

async function* stream(...outcomes: readonly NumberedOutcome[]) {
  yield* outcomes;
}

const options = { total: undefined, onProgress: undefined, logger: silentLogger };

it("puts the outcomes in the order of their messages, and counts them", async () => {
  const report = await collectOutcomes(
    stream({ index: 1, outcome: notSent }, { index: 0, outcome: delivered }),
    options,
  );
  expect(report).toEqual({
    outcomes: [delivered, notSent],
    counts: { delivered: 1, rejected: 0, "not-sent": 1 },
  });
});

it("tells the progress after every message", async () => {
  const told: SendManyProgress[] = [];
  const numbered = [0, 1].map((index) => ({ index, outcome: delivered }));
  await collectOutcomes(stream(...numbered), {
    ...options,
    total: 2,
    onProgress: (progress) => told.push(progress),
  });
  expect(told).toEqual([
    { done: 1, delivered: 1, rejected: 0, "not-sent": 0, total: 2 },
    { done: 2, delivered: 2, rejected: 0, "not-sent": 0, total: 2 },
  ]);
});

it("does not lose an outcome because whoever watches throws", async () => {
  const onProgress = () => {
    throw new Error("boom");
  };
  const report = await collectOutcomes(stream({ index: 0, outcome: delivered }), { ...options, onProgress });
  expect(report.outcomes).toEqual([delivered]);
  expect(report).not.toHaveProperty("sourceError");
});

it("reports what the source threw together with the outcomes of the messages before", async () => {
  const boom = new Error("boom");
  async function* failing() {
    yield { index: 0, outcome: delivered };
    throw boom;
  }
  const report = await collectOutcomes(failing(), options);
  expect(report).toMatchObject({ outcomes: [delivered], sourceError: boom });
});
