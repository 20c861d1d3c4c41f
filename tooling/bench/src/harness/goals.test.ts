import { expect, it } from "@jest/globals";
import type { Measured } from "./compare.ts";
import { judgeLimit, judgeRate, judgeRatio, requestsOf } from "./goals.ts";

const measured: readonly Measured[] = [
  { name: "ours", operations: 10, rates: [150, 160, 170], processorMicros: [], traffic: [] },
  { name: "theirs", operations: 10, rates: [100, 100, 100], processorMicros: [], traffic: [] },
];

it("a goal is met by the median of the rounds' ratios", () => {
  const verdict = judgeRatio({ contender: "ours", peer: "theirs", atLeast: 1.6 }, measured);
  expect(verdict).toEqual({ text: "ours is at least 1.6 times as fast as theirs: 1.60 times", met: true });
});

it("a goal is not met just below it", () => {
  expect(judgeRatio({ contender: "ours", peer: "theirs", atLeast: 1.61 }, measured).met).toBe(false);
});

it("a goal for a contender that did not run is an error, not a success", () => {
  expect(() => judgeRatio({ contender: "ours", peer: "nobody", atLeast: 1 }, measured)).toThrow("nobody");
});

it("a limit is kept by what is equal to it", () => {
  expect(judgeLimit("import", 60, { most: 60, unit: "ms" }).met).toBe(true);
  expect(judgeLimit("import", 60.1, { most: 60, unit: "ms" }).met).toBe(false);
});

it("a rate is judged beside what was measured elsewhere", () => {
  const goal = { contender: "ours", of: "the original", perSecond: 8, unit: "sends", atLeast: 20 };
  expect(judgeRate(goal, measured)).toEqual({
    text: "ours is at least 20 times as fast as the original (8 sends/s): 20.0 times",
    met: true,
  });
  expect(judgeRate({ ...goal, atLeast: 20.1 }, measured).met).toBe(false);
});

it("requests are told where the server counts them, and are not nought where it does not", () => {
  const counted = measured.map((one) => ({ ...one, traffic: [{ requests: 5 }, { requests: 7 }] }));
  expect(requestsOf(counted, "ours")).toBe(6);
  expect(requestsOf(measured, "ours")).toBeUndefined();
  const timed = measured.map((one) => ({ ...one, traffic: [{ processorMs: 1 }] }));
  expect(requestsOf(timed, "ours")).toBeUndefined();
});
