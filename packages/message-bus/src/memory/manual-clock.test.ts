import { expect, it } from "@jest/globals";
import { sleep } from "@wirekit/core/kit";
import { ManualClock } from "./manual-clock.ts";

it("fires timers in the order in which they are due, each at its own time", async () => {
  const clock = new ManualClock(new Date(1_000));
  const fired: string[] = [];
  clock.setTimer(() => fired.push(`late at ${clock.now()}`), 20);
  clock.setTimer(() => fired.push(`early at ${clock.now()}`), 10);
  await clock.advance(19);
  expect(fired).toEqual(["early at 1010"]);
  await clock.advance(1);
  expect(fired).toEqual(["early at 1010", "late at 1020"]);
  expect(clock.pendingTimers).toBe(0);
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

it("fires nothing that was cancelled", async () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  clock.setTimer(() => fired.push("cancelled"), 10)();
  await clock.advance(10);
  expect(fired).toEqual([]);
});

it("lets the time of day jump without moving time", async () => {
  const clock = new ManualClock();
  clock.setNow(new Date("2031-01-01T00:00:00Z"));
  expect(clock.monotonic()).toBe(0);
  await clock.advance(5);
  expect(new Date(clock.now()).toISOString()).toBe("2031-01-01T00:00:00.005Z");
});
