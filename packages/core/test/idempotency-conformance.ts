import { describe, expect, it } from "@jest/globals";
import type { IdempotencyStore } from "../src/inbound/index.ts";

/** A store to be examined, and the way to let its time pass. */
export interface StoreUnderTest {
  readonly store: IdempotencyStore;
  /** Lets at least so much time pass for the store. */
  advance(ms: number): Promise<void>;
  close?(): Promise<void>;
}

/** A claim's time in these tests: long enough for a slow machine where time is real. */
export interface ConformanceTimes {
  readonly ttlMs: number;
}

/** What every idempotency store has to do. `open` is called for each test, and gives a store in which the test's keys are free. */
export function describeIdempotencyStore(
  name: string,
  open: () => Promise<StoreUnderTest>,
  { ttlMs }: ConformanceTimes = { ttlMs: 10_000 },
): void {
  const longMs = ttlMs * 100;

  async function withStore(examine: (tested: StoreUnderTest) => Promise<void>): Promise<void> {
    const tested = await open();
    try {
      await examine(tested);
    } finally {
      await tested.close?.();
    }
  }

  async function begin(store: IdempotencyStore, key: string, claimMs = ttlMs): Promise<string> {
    const claim = await store.begin(key, { ttlMs: claimMs });
    if (claim.kind !== "begun") throw new Error(`expected to begin, but it is ${claim.kind}`);
    return claim.token;
  }

  describe(`${name} as an idempotency store`, () => {
    it("gives the work of a key to one, and tells all others that it is in progress", () =>
      withStore(async ({ store }) => {
        const claims = await Promise.all(
          Array.from({ length: 20 }, () => store.begin("k", { ttlMs: longMs })),
        );
        expect(claims.map(({ kind }) => kind).sort()).toEqual(["begun", ...Array(19).fill("in-progress")]);
      }));

    it("keeps keys apart, whatever stands in them", () =>
      withStore(async ({ store }) => {
        const keys = ["a", "A", "a b", "ä😀", "", ":", "a:b", "a\u0000b", "{a}", "x".repeat(500)];
        const tokens = await Promise.all(keys.map((key) => begin(store, key, longMs)));
        expect(new Set(tokens.map((token, index) => `${index} ${token}`)).size).toBe(keys.length);
      }));

    it.each([
      ["an object", { id: 7, list: [1, null, "ä"], nested: { deep: true } }],
      ["a text", "done:"],
      ["a number", 0],
      ["null", null],
      ["nothing", undefined],
    ])("remembers %s as the result of what is done", (_, result) =>
      withStore(async ({ store }) => {
        const token = await begin(store, "k");
        expect(await store.complete("k", token, result, { ttlMs: longMs })).toBe(true);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "done", result });
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "done", result });
      }),
    );

    it("remembers results beyond the time of the claim, and forgets them after their own", () =>
      withStore(async ({ store, advance }) => {
        const token = await begin(store, "k");
        await store.complete("k", token, 1, { ttlMs: ttlMs * 3 });
        await advance(ttlMs * 1.5);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "done", result: 1 });
        await advance(ttlMs * 2);
        await begin(store, "k");
      }));

    it("frees the work that was abandoned", () =>
      withStore(async ({ store }) => {
        const token = await begin(store, "k", longMs);
        expect(await store.abandon("k", token)).toBe(true);
        expect(await store.abandon("k", token)).toBe(false);
        await begin(store, "k");
      }));

    it("frees the work of one that died over it, after the claim's time", () =>
      withStore(async ({ store, advance }) => {
        await begin(store, "k");
        await advance(ttlMs * 1.5);
        await begin(store, "k", longMs);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "in-progress" });
      }));

    it("lets a claim last as long as it is renewed", () =>
      withStore(async ({ store, advance }) => {
        const token = await begin(store, "k");
        for (let round = 0; round < 3; round += 1) {
          await advance(ttlMs * 0.5);
          expect(await store.renew("k", token, { ttlMs: ttlMs * 3 })).toBe(true);
        }
        await advance(ttlMs);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "in-progress" });
      }));

    it("does not renew a claim that has run out", () =>
      withStore(async ({ store, advance }) => {
        const token = await begin(store, "k");
        await advance(ttlMs * 1.5);
        expect(await store.renew("k", token, { ttlMs })).toBe(false);
        await begin(store, "k");
      }));

    it("lets one who comes too late touch nothing of the one who took over", () =>
      withStore(async ({ store, advance }) => {
        const late = await begin(store, "k");
        await advance(ttlMs * 1.5);
        const current = await begin(store, "k", longMs);
        expect(current).not.toBe(late);
        expect(await store.renew("k", late, { ttlMs })).toBe(false);
        expect(await store.abandon("k", late)).toBe(false);
        expect(await store.complete("k", late, "late", { ttlMs })).toBe(false);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "in-progress" });
        expect(await store.complete("k", current, "current", { ttlMs: longMs })).toBe(true);
        expect(await store.complete("k", late, "late", { ttlMs: longMs })).toBe(false);
        expect(await store.abandon("k", late)).toBe(false);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "done", result: "current" });
      }));

    it("keeps the result of one who comes late when nobody has taken over", () =>
      withStore(async ({ store, advance }) => {
        const token = await begin(store, "k");
        await advance(ttlMs * 1.5);
        expect(await store.complete("k", token, "late", { ttlMs: longMs })).toBe(true);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "done", result: "late" });
      }));

    it("does not give a result back as if it were a claim", () =>
      withStore(async ({ store }) => {
        const token = await begin(store, "k");
        await store.complete("k", token, token, { ttlMs: longMs });
        expect(await store.abandon("k", token)).toBe(false);
        expect(await store.renew("k", token, { ttlMs })).toBe(false);
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "done", result: token });
      }));

    it("believes no token that it never gave", () =>
      withStore(async ({ store }) => {
        await begin(store, "k", longMs);
        for (const token of ["", "nonsense", "k"]) {
          expect(await store.abandon("k", token)).toBe(false);
          expect(await store.renew("k", token, { ttlMs })).toBe(false);
          expect(await store.complete("k", token, 1, { ttlMs })).toBe(false);
        }
        expect(await store.begin("k", { ttlMs })).toEqual({ kind: "in-progress" });
      }));
  });
}
