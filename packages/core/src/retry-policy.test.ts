import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ConfigError } from "./errors/config-error.ts";
import { backoffMs, defaultRetryPolicy, resolveRetryPolicy } from "./retry-policy.ts";

describe("resolveRetryPolicy", () => {
  it("takes the defaults for what is left out or undefined", () => {
    expect(resolveRetryPolicy()).toEqual(defaultRetryPolicy);
    expect(resolveRetryPolicy({ maxAttempts: 5, baseDelayMs: undefined } as object)).toEqual({
      ...defaultRetryPolicy,
      maxAttempts: 5,
    });
  });

  it("allows retrying without end in number and in time", () => {
    const endless = { maxAttempts: Number.POSITIVE_INFINITY, maxElapsedMs: Number.POSITIVE_INFINITY };
    expect(resolveRetryPolicy(endless)).toMatchObject(endless);
  });

  it("names every field that cannot be used, and none of the values", () => {
    const policy = {
      maxAttempts: 0,
      maxElapsedMs: Number.NaN,
      baseDelayMs: -1,
      maxDelayMs: Number.POSITIVE_INFINITY,
    };
    const thrown = catching(() => resolveRetryPolicy(policy, "sending"));
    expect(thrown instanceof ConfigError && thrown.issues.map(({ path }) => path)).toEqual([
      "sending.maxAttempts",
      "sending.maxElapsedMs",
      "sending.baseDelayMs",
      "sending.maxDelayMs",
    ]);
  });

  it.each([1.5, Number.NaN, -1])("refuses %s attempts", (maxAttempts) => {
    expect(() => resolveRetryPolicy({ maxAttempts })).toThrow("retry.maxAttempts must be a whole number");
  });
});

describe("backoffMs", () => {
  const policy = { baseDelayMs: 100, maxDelayMs: 5_000 };

  it("doubles its bound with every try until the policy's", () => {
    const nearlyOne = () => 1 - Number.EPSILON;
    const bounds = [1, 2, 3, 6, 7, 50].map((attempt) => backoffMs(attempt, policy, nearlyOne));
    expect(bounds).toEqual([99, 199, 399, 3199, 4999, 4999]);
  });

  it("may be no pause at all", () => {
    expect(backoffMs(4, policy, () => 0)).toBe(0);
  });

  it("is a whole number below its bound, whatever the try and the chance", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(10_000),
        fc.nat(10_000),
        (attempt, chance, baseDelayMs, maxDelayMs) => {
          const delayMs = backoffMs(attempt, { baseDelayMs, maxDelayMs }, () => chance);
          expect(Number.isSafeInteger(delayMs)).toBe(true);
          expect(delayMs).toBeGreaterThanOrEqual(0);
          expect(delayMs).toBeLessThanOrEqual(Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1) || 0));
        },
      ),
    );
  });

  it("spreads evenly over the whole span by default", () => {
    const drawn = Array.from({ length: 2_000 }, () => backoffMs(3, policy));
    const inQuarter = (from: number) =>
      drawn.filter((delayMs) => delayMs >= from && delayMs < from + 100).length;
    // 500 are expected in each; ten standard deviations are about 200.
    for (const from of [0, 100, 200, 300]) expect(Math.abs(inQuarter(from) - 500)).toBeLessThan(200);
  });
});

function catching(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    return thrown;
  }
}
