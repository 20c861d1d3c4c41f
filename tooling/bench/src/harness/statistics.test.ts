import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { quantile, ratio, summarize } from "./statistics.ts";

const numbers = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 });

describe("a summary", () => {
  it("has the middle one of an odd number of values, in whatever order they come", () => {
    expect(summarize([5, 1, 3]).median).toBe(3);
  });

  it("has the mean of the middle two of an even number", () => {
    expect(summarize([1, 2, 3, 10]).median).toBe(2.5);
  });

  it("tells the distance between the quartiles as a share of the median", () => {
    expect(summarize([80, 90, 100, 110, 120]).spread).toBeCloseTo(0.2);
  });

  it("is not moved by one round that went wrong", () => {
    const calm = summarize([100, 100, 100, 100, 100]);
    const disturbed = summarize([100, 100, 3, 100, 100]);
    expect(disturbed.median).toBe(calm.median);
    expect(disturbed.spread).toBe(0);
    expect(disturbed.min).toBe(3);
  });

  it("of one value has no spread", () => {
    expect(summarize([7])).toEqual({ median: 7, spread: 0, min: 7, max: 7 });
  });

  it("leaves the values as they were", () => {
    const values = [3, 1, 2];
    summarize(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("lies between the least and the greatest value", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const { median, min, max } = summarize(values);
        expect(median).toBeGreaterThanOrEqual(min);
        expect(median).toBeLessThanOrEqual(max);
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
      }),
    );
  });

  it("of nothing is an error", () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

it("a quantile is drawn between its neighbours", () => {
  expect(quantile([10, 20, 30, 40], 0.25)).toBe(17.5);
});

describe("a ratio", () => {
  it("compares each round with the same round of the peer, so that a slow machine does not count", () => {
    const steady = [100, 10, 100];
    const peer = [50, 5, 50];
    expect(ratio(steady, peer)).toEqual({ median: 2, spread: 0, min: 2, max: 2 });
  });

  it("to oneself is 1", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        expect(ratio(values, values)).toEqual({ median: 1, spread: 0, min: 1, max: 1 });
      }),
    );
  });

  it("needs the same rounds of both", () => {
    expect(() => ratio([1, 2], [1])).toThrow("the same rounds");
  });
});
