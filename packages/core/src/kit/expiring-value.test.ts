import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { ManualClock } from "../testing/manual-clock.ts";
import { ExpiringValue, type ExpiringValueOptions } from "./expiring-value.ts";

const minute = 60_000;

interface Token {
  readonly id: number;
  readonly expiresAt?: number;
}

/** How the source answers one attempt. */
type Answer = { readonly livesMs?: number } | "fails" | "hangs" | "throws";

function setUp(answers: readonly Answer[], options: Partial<ExpiringValueOptions<Token>> = {}) {
  const clock = new ManualClock();
  const signals: AbortSignal[] = [];
  const late: (() => void)[] = [];
  const stale: unknown[] = [];
  const value = new ExpiringValue<Token>({
    name: "The token",
    clock,
    expiresAt: (token) => token.expiresAt,
    onStale: (error) => stale.push(error),
    fetch(signal) {
      const answer = answers[Math.min(signals.length, answers.length - 1)];
      signals.push(signal);
      const id = signals.length;
      if (answer === "throws") throw new Error(`no token ${id}`);
      if (answer === "fails") return Promise.reject(new Error(`no token ${id}`));
      if (answer === "hangs" || answer === undefined) {
        return new Promise((resolve) => late.push(() => resolve({ id })));
      }
      const { livesMs } = answer;
      return Promise.resolve(livesMs === undefined ? { id } : { id, expiresAt: clock.now() + livesMs });
    },
    ...options,
  });
  return { clock, value, signals, late, stale };
}

describe("a value that expires", () => {
  it("is fetched once, however many ask at the same time, and is then at hand", async () => {
    const { value, signals } = setUp([{}]);
    expect(value.held()).toBeUndefined();
    const all = await Promise.all(Array.from({ length: 20 }, () => value.get()));
    expect(new Set(all)).toEqual(new Set([{ id: 1 }]));
    expect(value.held()).toBe(all[0]);
    expect(await value.get()).toBe(all[0]);
    expect(signals).toHaveLength(1);
  });

  it("is refreshed ahead of its expiry, not sooner, and nobody waits for that", async () => {
    const { clock, value, signals } = setUp([{ livesMs: 60 * minute }]);
    await value.get();
    await clock.advance(55 * minute - 1);
    expect(value.held()?.id).toBe(1);
    expect(signals).toHaveLength(1);
    await clock.advance(1);
    expect(value.held()?.id).toBe(1);
    await clock.settle();
    expect(signals).toHaveLength(2);
    expect(value.held()?.id).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it("that lives briefly is refreshed at half its life, and not with every question", async () => {
    const { clock, value, signals } = setUp([{ livesMs: minute }]);
    await value.get();
    await clock.advance(minute / 2 - 1);
    for (let asked = 0; asked < 10; asked += 1) await value.get();
    expect(signals).toHaveLength(1);
    await clock.advance(1);
    await value.get();
    await clock.settle();
    expect((await value.get()).id).toBe(2);
  });

  it("stays in use while its source is away, for as long as it is valid", async () => {
    const { clock, value, signals, stale } = setUp([{ livesMs: 60 * minute }, "fails"]);
    await value.get();
    await clock.advance(56 * minute);
    expect((await value.get()).id).toBe(1);
    await clock.settle();
    expect(stale).toEqual([new Error("no token 2")]);
    expect((await value.get()).id).toBe(1);
    await clock.settle();
    expect(signals).toHaveLength(2);
    await clock.advance(1_000);
    expect((await value.get()).id).toBe(1);
    await clock.settle();
    expect(signals).toHaveLength(3);
    await clock.advance(4 * minute);
    await expect(value.get()).rejects.toThrow("no token 4");
  });

  it("is asked for again after an attempt that failed or threw", async () => {
    const { value } = setUp(["fails", "throws", {}]);
    await expect(value.get()).rejects.toThrow("no token 1");
    await expect(value.get()).rejects.toThrow("no token 2");
    expect((await value.get()).id).toBe(3);
  });

  it("whose source hangs is given up after a limit, and fetched anew for the next who asks", async () => {
    const { clock, value, signals, late } = setUp(["hangs", {}], { attemptTimeoutMs: 10_000 });
    const waiting = [value.get(), value.get()];
    const outcomes = Promise.allSettled(waiting);
    await clock.advance(9_999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "wirekit/timeout" } });
    }
    expect(signals[0]?.aborted).toBe(true);
    expect((await value.get()).id).toBe(2);
    late[0]?.();
    await clock.settle();
    expect((await value.get()).id).toBe(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it("that was refused is not given out again, but only where it is still the one in use", async () => {
    const { value, signals } = setUp([{}]);
    const first = await value.get();
    value.refused(first);
    expect(value.held()).toBeUndefined();
    const second = await value.get();
    expect(second.id).toBe(2);
    value.refused(first);
    expect(value.held()).toBe(second);
    expect(signals).toHaveLength(2);
  });

  it("that has expired when it arrives serves those who waited for it, and no one else", async () => {
    const { value } = setUp([{ livesMs: -1 }, {}]);
    expect((await value.get()).id).toBe(1);
    expect(value.held()).toBeUndefined();
    expect((await value.get()).id).toBe(2);
  });

  it("that is closed lets go of those who wait, and of its timer", async () => {
    const { clock, value, signals } = setUp(["hangs"]);
    const waiting = expect(value.get()).rejects.toMatchObject({ code: "wirekit/closed" });
    await clock.settle();
    value.close();
    await waiting;
    expect(signals[0]?.aborted).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});

type Step =
  | { readonly kind: "ask" }
  | { readonly kind: "refuse" }
  | { readonly kind: "late" }
  | { readonly kind: "wait"; readonly ms: number };

const answer: fc.Arbitrary<Answer> = fc.oneof(
  fc.constantFrom<Answer>("fails", "hangs", "throws", {}),
  fc.integer({ min: -1, max: 40_000 }).map((livesMs) => ({ livesMs })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>({ kind: "ask" }, { kind: "refuse" }, { kind: "late" }),
  fc.integer({ min: 0, max: 15_000 }).map((ms) => ({ kind: "wait" as const, ms })),
);

it("whatever its source does and whenever it is asked: it is at hand while it is valid, and every question ends in time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1 }), fc.array(step), async (answers, steps) => {
      const limits = { attemptTimeoutMs: 10_000, refreshBeforeMs: 5_000 };
      const { clock, value, signals, late } = setUp(answers, limits);
      const refused = new Set<Token>();
      const questions: { readonly askedAt: number; isOver: boolean }[] = [];
      let last: Token | undefined;

      for (const { kind, ...rest } of steps) {
        if (kind === "wait") await clock.advance((rest as { ms: number }).ms);
        if (kind === "late") late.shift()?.();
        if (kind === "refuse" && last !== undefined) {
          refused.add(last);
          value.refused(last);
        }
        if (kind === "ask") {
          const question = { askedAt: clock.monotonic(), isOver: false };
          questions.push(question);
          const atHand = value.held();
          expect(atHand === undefined || (atHand.expiresAt ?? Number.POSITIVE_INFINITY) > clock.now()).toBe(
            true,
          );
          expect(atHand !== undefined && refused.has(atHand)).toBe(false);
          const asked = value.get();
          void asked.then(
            (token) => {
              question.isOver = true;
              if (!refused.has(token)) last = token;
            },
            () => {
              question.isOver = true;
            },
          );
          await clock.settle();
          if (atHand !== undefined) expect(await asked).toBe(atHand);
        }
        // All attempts but the newest were given up, or have ended.
        for (const question of questions) {
          if (clock.monotonic() - question.askedAt > limits.attemptTimeoutMs)
            expect(question.isOver).toBe(true);
        }
      }
      await clock.advance(limits.attemptTimeoutMs);
      expect(questions.every(({ isOver }) => isOver)).toBe(true);
      expect(clock.pendingTimers).toBe(0);
      expect(signals.length).toBeLessThanOrEqual(steps.length * 2);
    }),
  );
});
