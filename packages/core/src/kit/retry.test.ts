import { describe, expect, it, jest } from "@jest/globals";
import { ConnectionError } from "../errors/connection-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { type RetryOptions, retry } from "./retry.ts";

const broken = () => new ConnectionError("broken");
const refused = () => new WirekitError("refused", { code: "test/refused" });
const askedToWait = (retryAfterMs: unknown) => Object.assign(broken(), { retryAfterMs });

/**
 * Runs `retry` with time that jumps from timer to timer, and tells what came of it and what pauses there
 * were.
 */
async function run(
  task: (attempt: { readonly number: number }) => Promise<unknown>,
  options: RetryOptions = {},
) {
  const clock = new ManualClock();
  const pauses: number[] = [];
  const onRetry: RetryOptions["onRetry"] = (upcoming) => {
    pauses.push(upcoming.delayMs);
    options.onRetry?.(upcoming);
  };
  let outcome: { readonly value?: unknown; readonly error?: unknown } | undefined;
  const settled = retry(task, { clock, random: () => 0.5, ...options, onRetry }).then(
    (value) => {
      outcome = { value };
    },
    (error: unknown) => {
      outcome = { error };
    },
  );
  await clock.runUntil(() => outcome !== undefined);
  await settled;
  return { ...outcome, pauses, elapsedMs: clock.monotonic(), pendingTimers: clock.pendingTimers };
}

/** Fails with each of the errors in turn, then succeeds. */
function failing(...errors: readonly unknown[]) {
  const left = [...errors];
  return jest.fn(async ({ number }: { readonly number: number }) => {
    if (left.length > 0) throw left.shift();
    return number;
  });
}

describe("retry", () => {
  it("gives what the first try gives, without a pause", async () => {
    const task = failing();
    expect(await run(task)).toMatchObject({ value: 1, pauses: [], elapsedMs: 0 });
    expect(task).toHaveBeenCalledTimes(1);
  });

  it("tries again after a pause that doubles in its bound, and tells each try its number", async () => {
    const { value, pauses } = await run(failing(broken(), broken(), broken()), {
      policy: { maxAttempts: 4 },
    });
    expect(value).toBe(4);
    expect(pauses).toEqual([50, 100, 200]);
  });

  it("gives up after its number of tries, with the last error and their number on it", async () => {
    const last = broken();
    const task = failing(broken(), broken(), last);
    const { error, pendingTimers } = await run(task);
    expect(error).toBe(last);
    expect(last.attempts).toBe(3);
    expect(task).toHaveBeenCalledTimes(3);
    expect(pendingTimers).toBe(0);
  });

  it("never tries again what is not retryable", async () => {
    const task = failing(refused());
    const { error } = await run(task);
    expect(error).toMatchObject({ code: "test/refused", attempts: 1 });
    expect(task).toHaveBeenCalledTimes(1);
  });

  it("never tries again what a stranger threw, and hands it on as a cause", async () => {
    const stranger = new TypeError("undefined is not a function");
    const { error } = await run(failing(stranger));
    expect(error instanceof WirekitError).toBe(true);
    expect(error).toMatchObject({ code: "wirekit/unknown", attempts: 1, cause: stranger });
  });

  it("treats a task that throws without a promise as one that rejects", async () => {
    const task = () => {
      throw refused();
    };
    expect((await run(task)).error).toMatchObject({ code: "test/refused", attempts: 1 });
  });

  it("begins no try after its time, measured from the first one", async () => {
    const policy = { maxAttempts: 100, maxElapsedMs: 1_000, baseDelayMs: 800, maxDelayMs: 800 };
    const task = failing(broken(), broken(), broken(), broken());
    const { error, elapsedMs } = await run(task, { policy });
    expect(error).toMatchObject({ attempts: 3 });
    expect(elapsedMs).toBe(800);
  });

  it("counts the time that the tries themselves take", async () => {
    const clock = new ManualClock();
    const task = jest.fn(async () => {
      await clock.freeze(20_000);
      throw broken();
    });
    const failed = retry(task, { clock, random: () => 0 }).catch((error: unknown) => error);
    await clock.runUntil(() => task.mock.calls.length === 2);
    expect(await failed).toMatchObject({ attempts: 2 });
  });

  it("is not confused by a wall clock that is set back or forward", async () => {
    const clock = new ManualClock();
    const task = jest.fn(async () => {
      const jumpMs = task.mock.calls.length % 2 === 0 ? 10 ** 9 : -(10 ** 9);
      clock.setNow(new Date(clock.now() + jumpMs));
      throw broken();
    });
    const failed = retry(task, { clock }).catch((error: unknown) => error);
    await clock.runUntil(() => task.mock.calls.length === 3);
    expect(await failed).toMatchObject({ attempts: 3 });
  });

  it("uses the runtime's own clock and chance when none is given", async () => {
    const task = failing(broken());
    await expect(retry(task, { policy: { baseDelayMs: 1 } })).resolves.toBe(2);
  });

  it("refuses a policy that would never end", async () => {
    await expect(retry(failing(), { policy: { maxAttempts: Number.NaN } })).rejects.toThrow(
      "retry.maxAttempts",
    );
  });

  it("tells of each retry before its pause, and fails with what the telling throws", async () => {
    const told: unknown[] = [];
    const error = broken();
    await run(failing(error), { onRetry: (upcoming) => told.push(upcoming) });
    expect(told).toEqual([{ error, attempt: 1, delayMs: 50 }]);

    const onRetry = () => {
      throw new Error("no log");
    };
    await expect(retry(failing(broken()), { onRetry })).rejects.toThrow("no log");
  });
});

describe("a peer that says when to come back", () => {
  it("is asked again after that time, with the usual jitter on top", async () => {
    const { value, pauses } = await run(failing(askedToWait(2_000)));
    expect(value).toBe(2);
    expect(pauses).toEqual([2_050]);
  });

  it("is asked again although it wants more than the longest pause of our own", async () => {
    const { pauses } = await run(failing(askedToWait(20_000)));
    expect(pauses).toEqual([20_050]);
  });

  it("is not asked again when it wants more than the time that is left", async () => {
    const { error, elapsedMs } = await run(failing(askedToWait(30_001)));
    expect(error).toMatchObject({ attempts: 1 });
    expect(elapsedMs).toBe(0);
  });

  it("is asked at the end of the time when only the jitter would pass it", async () => {
    const { value, pauses } = await run(failing(askedToWait(29_990)));
    expect(value).toBe(2);
    expect(pauses).toEqual([30_000]);
  });

  it.each([Number.NaN, -5, "10", null])(
    "is taken not to have said anything when it says %p",
    async (said) => {
      expect((await run(failing(askedToWait(said)))).pauses).toEqual([50]);
    },
  );
});

describe("an abort", () => {
  it("before the first try prevents it", async () => {
    const task = failing();
    await expect(retry(task, { signal: AbortSignal.abort("stop") })).rejects.toBe("stop");
    expect(task).not.toHaveBeenCalled();
  });

  it("during a pause ends it at once, with the signal's own reason, and leaves no timer", async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const task = failing(broken(), broken());
    const retrying = retry(task, {
      clock,
      signal: controller.signal,
      onRetry: () => controller.abort("stop"),
    });
    await expect(retrying).rejects.toBe("stop");
    expect(task).toHaveBeenCalledTimes(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it("during a try ends it at once, even when the try does not heed the signal", async () => {
    const controller = new AbortController();
    const retrying = retry(() => new Promise(() => {}), { signal: controller.signal });
    controller.abort("stop");
    await expect(retrying).rejects.toBe("stop");
  });

  it("is what the caller hears of, not what the aborted try makes of it", async () => {
    const controller = new AbortController();
    const task = async () => {
      controller.abort("stop");
      throw broken();
    };
    await expect(retry(task, { signal: controller.signal })).rejects.toBe("stop");
  });
});

describe("the number of tries on an error", () => {
  it("is right for each caller when both get one and the same error object", async () => {
    const shared = broken();
    const first = (await run(failing(shared, shared, shared))).error as WirekitError;
    const second = (await run(failing(shared), { policy: { maxAttempts: 1 } })).error as WirekitError;
    expect([first.attempts, second.attempts]).toEqual([3, 1]);
    expect(second).toMatchObject({ message: shared.message, code: shared.code, retryable: true });
    expect(second instanceof ConnectionError).toBe(true);
  });

  it("is right when one object fails all tries of one call", async () => {
    const shared = broken();
    const { error } = await run(failing(shared, shared, shared));
    expect(error).toBe(shared);
    expect(error).toMatchObject({ attempts: 3 });
  });

  it("stands on a copy when the error is frozen", async () => {
    const frozen = Object.freeze(refused());
    const { error } = await run(failing(frozen));
    expect(error).toMatchObject({
      message: "refused",
      code: "test/refused",
      name: "WirekitError",
      attempts: 1,
    });
    expect(error).toBeInstanceOf(WirekitError);
    expect((error as Error).stack).toBe(frozen.stack);
    expect(frozen.attempts).toBeUndefined();
  });

  it("counts the tries of the outer call when calls are nested", async () => {
    const inner = () => retry(async () => Promise.reject(broken()), { policy: { maxAttempts: 1 } });
    const { error } = await run(inner, { policy: { maxAttempts: 3 } });
    expect(error).toMatchObject({ attempts: 3 });
  });
});
