import { expect, it } from "@jest/globals";
import { count, latencyCells, milliseconds, percentile } from "./numbers.ts";

it.each([
  [[3, 1, 2, 4], 0.5, 2],
  [[3, 1, 2, 4], 0.95, 4],
  [[3, 1, 2, 4], 1, 4],
  [[7], 0.5, 7],
  [[], 0.5, undefined],
])("finds in %j the percentile %d: %p", (values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});

it("writes numbers for people", () => {
  expect([count(999), count(1_005)]).toEqual(["999", "1,005"]);
  expect([0, 4.24, 99.94, 100.4, 2_800].map(milliseconds)).toEqual([
    "0.0 ms",
    "4.2 ms",
    "99.9 ms",
    "100 ms",
    "2,800 ms",
  ]);
});

it("shows latencies as median, 95th percentile and maximum, and a dash where there are none", () => {
  expect(latencyCells([30, 10, 20])).toEqual(["20.0 ms", "30.0 ms", "30.0 ms"]);
  expect(latencyCells([])).toEqual(["-", "-", "-"]);
});
