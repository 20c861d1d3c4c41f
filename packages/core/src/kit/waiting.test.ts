import { getEventListeners } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { TimeoutError } from "../errors/timeout-error.ts";
import { deferred } from "../testing/deferred.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { anySignal, rejectOnAbort, sleep, withTimeout } from "./waiting.ts";

const never = new Promise<never>(() => {});

function listenersOn(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

describe("sleep", () => {
  it("resolves when its time is over, and not before", async () => {
    const clock = new ManualClock();
    let isOver = false;
    const sleeping = sleep(100, { clock }).then(() => {
      isOver = true;
    });
    await clock.advance(99);
    expect(isOver).toBe(false);
    await clock.advance(1);
    await sleeping;
    expect(isOver).toBe(true);
  });

  it("rejects with the signal's own reason at once, and leaves no timer and no listener", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const reason = { why: "shutdown" };
    const sleeping = sleep(100, { clock, signal: controller.signal });
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    expect(clock.pendingTimers).toBe(0);
  });

  it("does not begin under an aborted signal", async () => {
    const clock = new ManualClock();
    await expect(sleep(100, { clock, signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(clock.pendingTimers).toBe(0);
  });

  it("leaves no listener on the signal when it has slept", async () => {
    const { signal } = new AbortController();
    await sleep(0, { signal });
    expect(listenersOn(signal)).toBe(0);
  });

  it("can stand a clock that goes off at once", async () => {
    const { signal } = new AbortController();
    const clock = {
      ...new ManualClock(),
      now: () => 0,
      monotonic: () => 0,
      setTimer: (callback: () => void) => {
        callback();
        return () => {};
      },
    };
    await sleep(5, { clock, signal });
    expect(signal.aborted).toBe(false);
  });

  it("lets a hundred calls share a signal without the runtime warning of a leak", async () => {
    const { signal } = new AbortController();
    const clock = new ManualClock();
    const sleeping = Array.from({ length: 100 }, () => sleep(10, { clock, signal }));
    expect(listenersOn(signal)).toBe(1);
    await clock.advance(10);
    await Promise.all(sleeping);
    expect(listenersOn(signal)).toBe(0);
  });
});

describe("anySignal", () => {
  it("is aborted with the reason of the first of its parents that is", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const { signal } = anySignal(first.signal, undefined, second.signal);
    expect(signal.aborted).toBe(false);
    second.abort("second");
    first.abort("first");
    expect(signal.reason).toBe("second");
  });

  it("is aborted from the start when a parent is, and listens to no other", () => {
    const other = new AbortController();
    const { signal } = anySignal(AbortSignal.abort("early"), other.signal);
    expect(signal.reason).toBe("early");
    expect(listenersOn(other.signal)).toBe(0);
  });

  it("lets go of the other parents once it is aborted", () => {
    const [first, second] = [new AbortController(), new AbortController()];
    anySignal(first.signal, second.signal);
    first.abort();
    expect(listenersOn(second.signal)).toBe(0);
  });

  it("is not aborted any more after its release, which leaves nothing on the parents", () => {
    const parent = new AbortController();
    const { signal, release } = anySignal(parent.signal);
    release();
    expect(listenersOn(parent.signal)).toBe(0);
    parent.abort();
    expect(signal.aborted).toBe(false);
  });
});

describe("withTimeout", () => {
  it("gives what the task gives, and leaves no timer and no listener", async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    await expect(withTimeout("It", async () => 7, { clock, signal, timeoutMs: 100 })).resolves.toBe(7);
    expect(clock.pendingTimers).toBe(0);
    expect(listenersOn(signal)).toBe(0);
  });

  it("rejects when the time is over although the task never ends, and tells the task by its signal", async () => {
    const clock = new ManualClock();
    let given: AbortSignal | undefined;
    const waiting = withTimeout(
      "The answer",
      (signal) => {
        given = signal;
        return never;
      },
      { clock, timeoutMs: 100 },
    );
    const settled = waiting.catch((error: unknown) => error);
    await clock.advance(100);
    const error = await settled;
    expect(error instanceof TimeoutError && error.message).toBe("The answer took longer than 100 ms");
    expect(given?.reason).toBe(error);
  });

  it("rejects with the signal's own reason, and hands it to the task", async () => {
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const waiting = withTimeout(
      "It",
      (signal) => {
        given = signal;
        return never;
      },
      { signal: controller.signal, timeoutMs: 60_000 },
    );
    controller.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    expect(given?.reason).toBe("stop");
  });

  it("does not start the task under an aborted signal", async () => {
    let isStarted = false;
    const start = async () => {
      isStarted = true;
    };
    await expect(withTimeout("It", start, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(isStarted).toBe(false);
  });

  it.each([undefined, Number.POSITIVE_INFINITY])("has no limit when that is %s", async (timeoutMs) => {
    const clock = new ManualClock();
    await expect(withTimeout("It", async () => clock.pendingTimers, { clock, timeoutMs })).resolves.toBe(0);
  });

  it("hands on what the task throws", async () => {
    const fail = () => Promise.reject(new Error("broken"));
    await expect(withTimeout("It", fail, { timeoutMs: 60_000 })).rejects.toThrow("broken");
  });
});

describe("rejectOnAbort", () => {
  it("settles as the promise does when nothing is aborted", async () => {
    const { signal } = new AbortController();
    await expect(rejectOnAbort(Promise.resolve(1), signal)).resolves.toBe(1);
    await expect(rejectOnAbort(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
    expect(listenersOn(signal)).toBe(0);
  });

  it("rejects at once under an aborted signal, and a later failure of the promise goes unheard", async () => {
    const { promise, reject } = deferred<never>();
    await expect(rejectOnAbort(promise, AbortSignal.abort("stop"))).rejects.toBe("stop");
    reject(new Error("nobody hears this"));
    await sleep(0);
  });
});
