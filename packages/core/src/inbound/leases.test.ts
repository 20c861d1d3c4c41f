import { describe, expect, it } from "@jest/globals";
import { ManualClock } from "../testing/manual-clock.ts";
import { LeaseLostError } from "./delivery.ts";
import { type LeaseRenewal, type LeaseRenewalResult, Leases, type LeasesOptions } from "./leases.ts";

const durationMs = 30_000;

/** Leases of 30 seconds over a peer that the test answers for. */
function setUp(options: Partial<LeasesOptions<string>> = {}) {
  const clock = new ManualClock();
  const calls: { readonly at: number; readonly batch: readonly LeaseRenewal<string>[] }[] = [];
  let answer: (renewal: LeaseRenewal<string>) => LeaseRenewalResult = () => ({ kind: "renewed" });
  const leases = new Leases<string>({
    durationMs,
    clock,
    random: () => 0.5,
    renew: async (batch) => {
      calls.push({ at: clock.monotonic(), batch });
      return batch.map((renewal) => answer(renewal));
    },
    ...options,
  });
  const lost: { readonly subject: string; readonly at: number; readonly reason: unknown }[] = [];
  const start = (subject: string) => {
    const lease = leases.start(subject);
    lease.onLost((reason) => lost.push({ subject, at: clock.monotonic(), reason }));
    return lease;
  };
  const answerWith = (next: typeof answer) => {
    answer = next;
  };
  return { clock, leases, calls, lost, start, answerWith };
}

describe("renewing", () => {
  it("renews at half the duration, again and again, until the lease ends", async () => {
    const { clock, calls, lost, start } = setUp();
    const lease = start("a");
    await clock.advance(100_000);
    for (const [index, { at, batch }] of calls.entries()) {
      expect(at).toBeGreaterThan((calls[index - 1]?.at ?? 0) + durationMs * 0.4);
      expect(at).toBeLessThan((calls[index - 1]?.at ?? 0) + durationMs * 0.56);
      expect(batch).toEqual([{ subject: "a", durationMs }]);
    }
    expect(calls.length).toBeGreaterThanOrEqual(6);
    lease.end();
    lease.end();
    const { length } = calls;
    await clock.advance(100_000);
    expect(calls).toHaveLength(length);
    expect(lost).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it("renews leases that are due at about the same time in one call", async () => {
    const { clock, calls, start } = setUp();
    for (let index = 0; index < 25; index += 1) start(`${index}`);
    await clock.advance(16_000);
    expect(calls.map(({ batch }) => batch.length)).toEqual([25]);
  });

  it("spreads leases that began together, so that processes which started together do not ask together", async () => {
    const draws = [0, 0.9, 0.2, 0.7, 0.4, 0.5, 0.1, 0.8, 0.3, 0.6];
    const { clock, calls, start } = setUp({ random: () => draws.pop() ?? 0 });
    for (let index = 0; index < 10; index += 1) start(`${index}`);
    await clock.advance(17_000);
    expect(calls.length).toBeGreaterThan(1);
    expect(calls.flatMap(({ batch }) => batch)).toHaveLength(10);
  });

  it("renews earlier where that is asked for", async () => {
    const { clock, calls, start } = setUp({ renewAt: 0.2 });
    start("a");
    await clock.advance(6_000);
    expect(calls).toHaveLength(1);
  });

  it("believes the peer when it grants less than was asked for, and not when it grants nonsense", async () => {
    const { clock, calls, lost, start, answerWith } = setUp();
    start("a");
    answerWith(() => ({ kind: "renewed", durationMs: 12_000 }));
    await clock.advance(15_000);
    answerWith(() => ({ kind: "renewed", durationMs: Number.NaN }));
    await clock.advance(6_000);
    expect(calls).toHaveLength(2);
    answerWith(() => ({ kind: "renewed", durationMs: -7 }));
    await clock.advance(15_000);
    expect(calls).toHaveLength(3);
    expect(lost).toEqual([]);
  });

  it("never lets a lease last longer than it may in all, and says so before it ends", async () => {
    const maxTotalMs = 100_000;
    const { clock, calls, lost, start } = setUp({ maxTotalMs });
    start("a");
    await clock.advance(maxTotalMs);
    for (const { at, batch } of calls)
      expect(at + (batch[0]?.durationMs ?? 0)).toBeLessThanOrEqual(maxTotalMs);
    expect(calls.at(-1)?.batch[0]?.durationMs).toBeLessThan(durationMs);
    expect(lost).toHaveLength(1);
    expect(lost[0]?.at).toBeGreaterThan(maxTotalMs - durationMs / 10);
    expect(lost[0]?.at).toBeLessThan(maxTotalMs);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("losing", () => {
  it("is told by the peer", async () => {
    const { clock, leases, lost, start, answerWith } = setUp();
    const lease = start("a");
    start("b");
    answerWith(({ subject }) =>
      subject === "a" ? { kind: "lost", error: new Error("gone") } : { kind: "renewed" },
    );
    await clock.advance(16_000);
    expect(lost.map(({ subject }) => subject)).toEqual(["a"]);
    expect(lost[0]?.reason instanceof LeaseLostError).toBe(true);
    expect(lost[0]?.reason).toMatchObject({ message: "The lease is lost: the peer does not renew it: gone" });
    expect(lease.isLost).toBe(true);
    lease.end();
    expect(leases.stats()).toEqual({ held: 1, renewed: 1, failedRenewals: 0, lost: 1 });
  });

  it("tells one who asks later, at once", async () => {
    const { clock, start, answerWith } = setUp();
    const lease = start("a");
    answerWith(() => ({ kind: "lost" }));
    await clock.advance(16_000);
    const reasons: unknown[] = [];
    lease.onLost((reason) => reasons.push(reason))();
    expect(reasons).toHaveLength(1);
  });

  it("does not tell one who has stopped listening", async () => {
    const { clock, leases, answerWith } = setUp();
    const told: unknown[] = [];
    leases.start("a").onLost(() => told.push(1))();
    answerWith(() => ({ kind: "lost" }));
    await clock.advance(40_000);
    expect(told).toEqual([]);
  });

  it.each<[string, LeasesOptions<string>["renew"]]>([
    ["says so", async (batch) => batch.map(() => ({ kind: "failed", error: new Error("later") }))],
    ["rejects", async () => Promise.reject(new Error("reset"))],
    [
      "throws on the spot",
      () => {
        throw undefined;
      },
    ],
    ["answers with too few results", async () => []],
    ["answers with results that are none", async (batch) => batch.map(() => undefined as never)],
    ["answers no list", async () => undefined as never],
  ])(
    "happens only shortly before the end when a renewal %s: until then it is tried again",
    async (_, renew) => {
      let calls = 0;
      const { clock, lost, start } = setUp({
        renew: (batch) => {
          calls += 1;
          return renew(batch);
        },
      });
      start("a");
      await clock.advance(durationMs * 0.9);
      expect(lost).toEqual([]);
      await clock.advance(durationMs * 0.1);
      expect(lost).toHaveLength(1);
      expect(lost[0]?.at).toBeGreaterThanOrEqual(durationMs * 0.9);
      expect(calls).toBeGreaterThan(2);
      expect(clock.pendingTimers).toBe(0);
    },
  );

  it("does not happen when a later try succeeds", async () => {
    let calls = 0;
    const { clock, lost, start, answerWith } = setUp();
    answerWith(() => {
      calls += 1;
      return calls % 3 === 0 ? { kind: "renewed" } : { kind: "failed" };
    });
    start("a");
    await clock.advance(300_000);
    expect(lost).toEqual([]);
  });

  it("happens in time when a renewal is never answered, and a late answer changes nothing", async () => {
    let answerLate: (results: LeaseRenewalResult[]) => void = () => undefined;
    const { clock, leases, lost, start } = setUp({
      renew: () =>
        new Promise((resolve) => {
          answerLate = resolve;
        }),
    });
    const lease = start("a");
    await clock.advance(durationMs);
    expect(lost).toHaveLength(1);
    answerLate([{ kind: "renewed" }]);
    await clock.advance(durationMs);
    expect(lease.isLost).toBe(true);
    expect(leases.stats()).toMatchObject({ held: 0, renewed: 0 });
    expect(clock.pendingTimers).toBe(0);
  });

  it("is noticed after the process stood still, before anything is renewed", async () => {
    const { clock, calls, lost, start } = setUp();
    const lease = start("a");
    const frozen = clock.freeze(45_000);
    expect(lease.isLost).toBe(true);
    await frozen;
    expect(lost).toHaveLength(1);
    expect(calls).toEqual([]);
  });

  it("is not caused by a jump of the wall clock", async () => {
    const { clock, calls, lost, start } = setUp();
    start("a");
    for (const jump of [3_600_000, -7_200_000, 86_400_000]) {
      clock.setNow(new Date(clock.now() + jump));
      await clock.advance(15_000);
    }
    expect(lost).toEqual([]);
    expect(calls.length).toBeGreaterThanOrEqual(2);
  });

  it("counts from when the message was received", async () => {
    const { clock, leases } = setUp();
    await clock.advance(29_000);
    const lease = leases.start("a", { since: 0 });
    expect(lease.isLost).toBe(false);
    await clock.advance(1);
    expect(lease.isLost).toBe(true);
  });
});

it("ends all at once, without telling anybody", async () => {
  const { clock, leases, calls, lost, start } = setUp();
  start("a");
  start("b");
  leases.endAll();
  await clock.advance(100_000);
  expect({ calls, lost, held: leases.stats().held }).toEqual({ calls: [], lost: [], held: 0 });
  expect(clock.pendingTimers).toBe(0);
});

it("ignores the answer for a lease that has ended meanwhile", async () => {
  let answerLate: (results: LeaseRenewalResult[]) => void = () => undefined;
  const { clock, lost, start } = setUp({
    renew: () =>
      new Promise((resolve) => {
        answerLate = resolve;
      }),
  });
  const lease = start("a");
  await clock.advance(16_000);
  lease.end();
  answerLate([{ kind: "lost" }]);
  await clock.advance(60_000);
  expect(lost).toEqual([]);
  expect(lease.isLost).toBe(false);
});

it("names every option at fault", () => {
  expect(() => new Leases({ durationMs: 0, renew: 1 as never, renewAt: 2, maxTotalMs: 0 })).toThrow(
    /durationMs .*; renew .*; renewAt .*; maxTotalMs /,
  );
});
