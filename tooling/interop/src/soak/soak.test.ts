import { expect, it } from "@jest/globals";
import { parseSoak } from "./command-line.ts";
import { formatSample } from "./format.ts";
import { MemoryTrend } from "./memory-trend.ts";
import { randomOf } from "./random.ts";

const mb = 1024 * 1024;

function trendOf(...megabytes: readonly number[]): MemoryTrend {
  const trend = new MemoryTrend();
  for (const size of megabytes) trend.add({ consumer: size * mb });
  return trend;
}

it("a process that fills its caches and then stays has not grown", () => {
  expect(trendOf(10, 60, 80, 82, 81, 83, 82, 81).faults()).toEqual([]);
});

it("a process that goes on growing has", () => {
  expect(trendOf(10, 20, 40, 60, 80, 100, 120, 140).faults()).toEqual(["consumer grew from 60 MB to 140 MB"]);
});

it("one that did not live long is not judged", () => {
  expect(trendOf(1, 1_000).judged).toBe(0);
  expect(trendOf(1, 1_000).faults()).toEqual([]);
});

it("the same seed gives the same faults, another one others", () => {
  const draw = (seed: string) => {
    const random = randomOf(seed);
    return Array.from({ length: 20 }, () => random.pick(["restart", "kill", "pause"])).join();
  };
  expect(draw("1")).toBe(draw("1"));
  expect(draw("1")).not.toBe(draw("2"));
  const random = randomOf("even");
  const mean = Array.from({ length: 10_000 }, () => random.between(2, 4)).reduce((a, b) => a + b) / 10_000;
  expect(mean).toBeCloseTo(3, 1);
});

it("a line says when, what, how fast, how late, and how much memory", () => {
  const memory = { sender: 20 * mb, "consumer 0": 31 * mb };
  const sample = { done: 150, latenciesMs: [3, 1, 2], account: "accepted 150, handled 150", memory };
  const line = formatSample("aws", { sample, doneBefore: 50, elapsedMs: 65_000, sinceMs: 10_000 });
  expect(line).toBe(
    "  1:05  aws  accepted 150, handled 150  10/s  p50 2 ms  p99 3 ms  sender 20 MB, consumer 0 31 MB",
  );
});

it("reads minutes, seed and filter, and says what is wrong with them", () => {
  expect(parseSoak(["--minutes", "0.5", "--seed", "x", "aws"])).toEqual({
    minutes: 0.5,
    seed: "x",
    filter: "aws",
  });
  expect(parseSoak(["--", "--minutes", "2"]).minutes).toBe(2);
  expect(() => parseSoak(["--minutes", "soon"])).toThrow("--minutes must be a number above 0");
  expect(() => parseSoak(["a", "b"])).toThrow("at most one filter");
});
