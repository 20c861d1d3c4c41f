import { describe, expect, it } from "@jest/globals";
import { TimeoutError } from "../errors/timeout-error.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Deadline } from "./deadline.ts";

describe("a deadline", () => {
  it("says how much of the time is left, and of a share of it", async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(1_000, clock);
    expect([deadline.leftMs(), deadline.leftMs(0.8), deadline.elapsedMs, deadline.isOver]).toEqual([
      1_000,
      800,
      0,
      false,
    ]);
    await clock.advance(900);
    expect([deadline.leftMs(), deadline.leftMs(0.8), deadline.elapsedMs, deadline.isOver]).toEqual([
      100,
      0,
      900,
      false,
    ]);
    await clock.advance(200);
    expect([deadline.leftMs(), deadline.elapsedMs, deadline.isOver]).toEqual([0, 1_100, true]);
  });

  it("never comes where the time has no end", async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(Number.POSITIVE_INFINITY, clock);
    await clock.advance(10 ** 12);
    expect([deadline.leftMs(), deadline.isOver]).toEqual([Number.POSITIVE_INFINITY, false]);
    expect(await deadline.limit("The task", () => 7)).toBe(7);
    expect(clock.pendingTimers).toBe(0);
  });

  it("is over at once where there is no time", async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(0, clock);
    expect(deadline.isOver).toBe(true);
    const limited = deadline.limit("The task", () => new Promise(() => {}));
    const rejected = expect(limited).rejects.toThrow(TimeoutError);
    await clock.advance(0);
    await rejected;
  });

  it("settles as its task does, and leaves no timer behind", async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(1_000, clock);
    expect(await deadline.limit("The task", async () => "done")).toBe("done");
    await expect(deadline.limit("The task", () => Promise.reject(new RangeError("no")))).rejects.toThrow(
      "no",
    );
    const throws = () => {
      throw new RangeError("at once");
    };
    await expect(deadline.limit("The task", throws)).rejects.toThrow("at once");
    expect(clock.pendingTimers).toBe(0);
  });

  it("is one for all that is done within it", async () => {
    const clock = new ManualClock();
    const deadline = new Deadline(1_000, clock);
    await clock.advance(400);
    const limited = deadline.limit("The look-up", () => new Promise(() => {}));
    const rejected = expect(limited).rejects.toThrow("The look-up took longer than 600 ms");
    await clock.advance(599);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    await rejected;
  });
});
