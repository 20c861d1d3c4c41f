import { expect, it } from "@jest/globals";
import { sleep } from "../kit/waiting.ts";
import { ManualClock } from "./manual-clock.ts";

it("fires timers in the order in which they are due, each at its own time", async () => {
  const clock = new ManualClock(new Date(1_000));
  const fired: string[] = [];
  clock.setTimer(() => fired.push(`late at ${clock.now()}`), 20);
  clock.setTimer(() => fired.push(`early at ${clock.now()}`), 10);
  clock.setTimer(() => fired.push(`early too at ${clock.now()}`), 10);
  await clock.advance(19);
  expect(fired).toEqual(["early at 1010", "early too at 1010"]);
  await clock.advance(1);
  expect(fired.at(-1)).toBe("late at 1020");
  expect(clock.pendingTimers).toBe(0);
  expect(clock.delays).toEqual([20, 10, 10]);
});

it("fires what a timer sets going on the way", async () => {
  const clock = new ManualClock();
  const naps = (async () => {
    for (let nap = 0; nap < 3; nap += 1) await sleep(10, { clock });
    return clock.monotonic();
  })();
  await clock.advance(100);
  expect(await naps).toBe(30);
});

it("fires nothing that was cancelled, and a timer without an end never", async () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push("cancelled"), 10)();
  clock.setTimer(() => fired.push("never"), Number.POSITIVE_INFINITY);
  await clock.advance(10 ** 12);
  expect(fired).toEqual([]);
  await expect(clock.next()).rejects.toThrow("no timer waits at 1000000000000 ms");
});

it("lets the time of day jump without moving time", async () => {
  const clock = new ManualClock();
  clock.setNow(new Date("2031-01-01T00:00:00Z"));
  expect(clock.monotonic()).toBe(0);
  await clock.advance(5);
  expect(new Date(clock.now()).toISOString()).toBe("2031-01-01T00:00:00.005Z");
});

it("goes on timer by timer", async () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  for (const delayMs of [30, 10, 20]) clock.setTimer(() => fired.push(clock.monotonic()), delayMs);
  await clock.next();
  expect(fired).toEqual([10]);
  await clock.runUntil(() => fired.length === 3);
  expect(fired).toEqual([10, 20, 30]);
  await expect(clock.runUntil(() => fired.length === 4)).rejects.toThrow("nothing more happens at 30 ms");
});

it("runs what was due late and at once after it stood still", async () => {
  const clock = new ManualClock();
  const fired: number[] = [];
  for (const delayMs of [10, 20]) clock.setTimer(() => fired.push(clock.monotonic()), delayMs);
  await clock.freeze(100);
  expect(fired).toEqual([100, 100]);
});
