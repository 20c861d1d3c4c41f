import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { systemClock } from "./clock.ts";

const longestTimerMs = 2 ** 31 - 1;

describe("the system clock", () => {
  it("tells the wall clock's time", () => {
    const before = Date.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  it("measures durations with a clock that never goes back", () => {
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });
});

describe("a timer of the system clock", () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it("goes off once, after its delay", () => {
    const callback = jest.fn();
    systemClock.setTimer(callback, 50);
    jest.advanceTimersByTime(49);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1_000);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("does not go off once it was cancelled", () => {
    const callback = jest.fn();
    systemClock.setTimer(callback, 50)();
    jest.advanceTimersByTime(1_000);
    expect(callback).not.toHaveBeenCalled();
  });

  it("waits as long as it was told, also where that is more than the runtime can count", () => {
    const callback = jest.fn();
    systemClock.setTimer(callback, 2 * longestTimerMs + 5);
    jest.advanceTimersByTime(2 * longestTimerMs + 4);
    expect(callback).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it("can be cancelled in the middle of such a long wait", () => {
    const cancel = systemClock.setTimer(() => {}, 3 * longestTimerMs);
    jest.advanceTimersByTime(longestTimerMs + 1);
    cancel();
    expect(jest.getTimerCount()).toBe(0);
  });

  it("never goes off when it is set for ever", () => {
    const callback = jest.fn();
    const cancel = systemClock.setTimer(callback, Number.POSITIVE_INFINITY);
    jest.advanceTimersByTime(5 * longestTimerMs);
    expect(callback).not.toHaveBeenCalled();
    cancel();
    expect(jest.getTimerCount()).toBe(0);
  });
});
