import { describe, expect, it } from "@jest/globals";
import { type Clock, systemClock } from "@wirekit/core";
import { tokenBucket } from "./rate-limit.ts";

/** A clock that stands still until it is told to go on. */
function handClock(): Clock & { advance(ms: number): Promise<void> } {
  let now = 0;
  const timers = new Map<object, { readonly at: number; readonly callback: () => void }>();
  return {
    now: () => now,
    monotonic: () => now,
    setTimer(callback, delayMs) {
      const timer = { at: now + delayMs, callback };
      timers.set(timer, timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      now += ms;
      for (const [key, { at, callback }] of [...timers].sort(([, one], [, other]) => one.at - other.at)) {
        if (at <= now && timers.delete(key)) callback();
      }
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    },
  };
}

describe("a rate limit", () => {
  it("lets a burst through and then one message per interval, in order", async () => {
    const clock = handClock();
    const bucket = tokenBucket({ perSecond: 10, burst: 3 }, clock);
    const through: number[] = [];
    for (let message = 0; message < 6; message += 1) void bucket.take().then(() => through.push(message));
    await clock.advance(0);
    expect(through).toEqual([0, 1, 2]);
    await clock.advance(99);
    expect(through).toHaveLength(3);
    await clock.advance(1);
    expect(through).toEqual([0, 1, 2, 3]);
    await clock.advance(200);
    expect(through).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("gives its whole burst whatever the time is, rounding included", async () => {
    for (let n = 0; n < 1_000; n += 1) {
      const now = 1_000_000 / (n + 3) + n;
      const limit = { perSecond: 0.003, burst: 3, whenExceeded: "reject" } as const;
      const bucket = tokenBucket(limit, { ...systemClock, monotonic: () => now });
      for (let taken = 0; taken < 3; taken += 1) await bucket.take();
      await expect(bucket.take()).rejects.toMatchObject({ code: "aws-messaging/rate-limited" });
    }
  });

  it("fills up again during a pause, but not above the burst", async () => {
    const clock = handClock();
    const bucket = tokenBucket({ perSecond: 10, burst: 2, whenExceeded: "reject" }, clock);
    await bucket.take();
    await clock.advance(60_000);
    await bucket.take();
    await bucket.take();
    await expect(bucket.take()).rejects.toMatchObject({
      code: "aws-messaging/rate-limited",
      retryable: true,
      details: { retryAfterMs: 100 },
    });
  });

  it("stops waiting when it is aborted, and takes no token for it", async () => {
    const clock = handClock();
    const bucket = tokenBucket({ perSecond: 10, burst: 1 }, clock);
    await bucket.take();
    const controller = new AbortController();
    const waiting = bucket.take(controller.signal);
    controller.abort(new Error("changed my mind"));
    await expect(waiting).rejects.toThrow("changed my mind");
    await expect(bucket.take(controller.signal)).rejects.toThrow("changed my mind");
    const next = bucket.take();
    await clock.advance(100);
    await next;
  });
});
