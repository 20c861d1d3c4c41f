import { getEventListeners } from "node:events";
import { expect, it } from "@jest/globals";
import { TimeoutError } from "../errors/timeout-error.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { watchCaller } from "./caller-watch.ts";
import { limitTime } from "./limit-time.ts";

function setUp(options: { readonly timeoutMs?: number } = {}) {
  const clock = new ManualClock();
  const caller = new AbortController();
  const reasons: unknown[] = [];
  const stop = watchCaller(
    "Sending",
    { signal: caller.signal, clock, ...options },
    (reason) => void reasons.push(reason),
  );
  return { clock, caller, reasons, stop };
}

it("a caller who aborts gives up with his reason", () => {
  const { caller, reasons } = setUp();
  caller.abort("why");
  expect(reasons).toEqual(["why"]);
});

it("a caller whose time is over gives up with a time-out", async () => {
  const { clock, reasons } = setUp({ timeoutMs: 50 });
  await clock.advance(50);
  expect(reasons).toEqual([new TimeoutError("Sending", 50)]);
});

it("a watch that ends leaves nothing behind", async () => {
  const { clock, caller, reasons, stop } = setUp({ timeoutMs: 50 });
  stop?.();
  expect(clock.pendingTimers).toBe(0);
  expect(getEventListeners(caller.signal, "abort")).toHaveLength(0);
  await clock.advance(100);
  caller.abort("why");
  expect(reasons).toEqual([]);
});

it("nothing is watched of a caller who has neither a signal nor a limit", () => {
  const clock = new ManualClock();
  const giveUp = () => {};
  expect(watchCaller("Sending", { clock }, giveUp)).toBeUndefined();
  expect(watchCaller("Sending", { clock, timeoutMs: Number.POSITIVE_INFINITY }, giveUp)).toBeUndefined();
});

it("a time limit without a signal settles as its promise does, or after the time", async () => {
  const clock = new ManualClock();
  expect(await limitTime("It", Promise.resolve(7), { timeoutMs: 5, clock })).toBe(7);
  await expect(limitTime("It", Promise.reject(new Error("no")), { timeoutMs: 5, clock })).rejects.toThrow(
    "no",
  );
  expect(clock.pendingTimers).toBe(0);
  const limited = limitTime("It", new Promise(() => {}), { timeoutMs: 5, clock });
  const rejected = expect(limited).rejects.toThrow("It took longer than 5 ms");
  await clock.advance(5);
  await rejected;
});
