import { describe, expect, it } from "@jest/globals";
import type { CloseOptions } from "../contract.ts";
import { ConfigError } from "../errors/config-error.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Closing } from "./closing.ts";
import type { Deadline } from "./deadline.ts";

function setUp() {
  const deadlines: Deadline[] = [];
  const close = async (deadline: Deadline) => {
    deadlines.push(deadline);
    return { number: deadlines.length };
  };
  return { closing: new Closing<{ readonly number: number }>(new ManualClock()), close, deadlines };
}

describe("closing", () => {
  it("is done once, and gives each caller the same report", async () => {
    const { closing, close, deadlines } = setUp();
    expect(closing.isStarted).toBe(false);
    const first = closing.start({ timeoutMs: 5 }, close);
    expect(closing.isStarted).toBe(true);
    const reports = await Promise.all([
      first,
      closing.start({ timeoutMs: 0 }, close),
      closing.start(undefined, close),
    ]);
    expect(new Set(reports).size).toBe(1);
    expect(deadlines.map(({ timeoutMs }) => timeoutMs)).toEqual([5]);
  });

  it.each<[CloseOptions | undefined, number]>([
    [undefined, 10_000],
    [{}, 10_000],
    [{ timeoutMs: undefined }, 10_000],
    [{ timeoutMs: 0 }, 0],
    [{ timeoutMs: 2 ** 31 - 1 }, 2 ** 31 - 1],
  ])("with %p has a time of %d ms", async (options, expected) => {
    const { closing, close, deadlines } = setUp();
    await closing.start(options, close);
    expect(deadlines[0]?.timeoutMs).toBe(expected);
  });

  it.each<[string, unknown]>([
    ["a limit that is NaN", { timeoutMs: Number.NaN }],
    ["a negative limit", { timeoutMs: -1 }],
    ["a limit that no timer can wait for", { timeoutMs: 2 ** 31 }],
    ["a limit without an end", { timeoutMs: Number.POSITIVE_INFINITY }],
    ["a text", { timeoutMs: "1" }],
    ["a limit that is null", { timeoutMs: null }],
    ["a misspelt option", { timeoutMS: 1 }],
    ["null", null],
    ["a number", 1],
  ])("refuses %s, and has not begun then", async (_, options) => {
    const { closing, close, deadlines } = setUp();
    await expect(closing.start(options as CloseOptions, close)).rejects.toThrow(ConfigError);
    expect(closing.isStarted).toBe(false);
    expect(await closing.start({ timeoutMs: 1 }, close)).toEqual({ number: 1 });
    await expect(closing.start(options as CloseOptions, close)).rejects.toThrow(ConfigError);
    expect(deadlines).toHaveLength(1);
  });

  it("that fails fails for each caller", async () => {
    const { closing } = setUp();
    const close = () => Promise.reject(new RangeError("a bug"));
    await expect(closing.start(undefined, close)).rejects.toThrow("a bug");
    await expect(closing.start(undefined, close)).rejects.toThrow("a bug");
  });
});
