import assert from "node:assert/strict";
import type { IdempotencyStore } from "../inbound/idempotency-store.ts";
import type { ConformanceCase } from "./conformance-case.ts";

/** A store to be examined, and the way to let its time pass. */
export interface StoreUnderTest {
  readonly store: IdempotencyStore;
  /** Lets at least so much time pass for the store. */
  advance(durationMs: number): Promise<void>;
  close?(): Promise<void>;
}

export interface IdempotencyStoreConformanceOptions {
  /**
   * How long a claim lasts, in milliseconds. Default 10,000. Where time is real: short enough to wait for,
   * and long enough that a slow machine does not outlive it.
   */
  readonly ttlMs?: number | undefined;
}

const results: readonly (readonly [string, unknown])[] = [
  ["an object", { id: 7, list: [1, null, "ä"], nested: { deep: true } }],
  ["a text", "done:"],
  ["a number", 0],
  ["null", null],
  ["nothing", undefined],
];

/**
 * What every idempotency store has to do, as a suite for any runner.
 *
 * @param makeStore makes a store in which the suite's keys are free; called for each case.
 */
export function idempotencyStoreConformance(
  makeStore: () => StoreUnderTest | Promise<StoreUnderTest>,
  { ttlMs = 10_000 }: IdempotencyStoreConformanceOptions = {},
): ConformanceCase[] {
  const longMs = ttlMs * 100;

  async function begin(store: IdempotencyStore, key = "k", claimMs = ttlMs): Promise<string> {
    const claim = await store.begin(key, { ttlMs: claimMs });
    assert.ok(claim.kind === "begun", `expected to begin, but it is ${claim.kind}`);
    return claim.token;
  }
  const inProgress = { kind: "in-progress" };
  const nextClaim = (store: IdempotencyStore) => store.begin("k", { ttlMs });

  const on = (name: string, examine: (tested: StoreUnderTest) => Promise<void>): ConformanceCase => ({
    name,
    run: async () => {
      const tested = await makeStore();
      try {
        await examine(tested);
      } finally {
        await tested.close?.();
      }
    },
  });

  return [
    on("gives the work of a key to one, and tells all others that it is in progress", async ({ store }) => {
      const claims = await Promise.all(Array.from({ length: 20 }, () => store.begin("k", { ttlMs: longMs })));
      const kinds = claims.map(({ kind }) => kind).sort();
      assert.deepEqual(kinds, ["begun", ...Array<string>(19).fill("in-progress")]);
    }),

    on("keeps keys apart, whatever stands in them", async ({ store }) => {
      const keys = ["a", "A", "a b", "ä😀", "", ":", "a:b", "a\u0000b", "{a}", "x".repeat(500)];
      const tokens = await Promise.all(keys.map((key) => begin(store, key, longMs)));
      assert.equal(new Set(tokens.map((token, index) => `${index} ${token}`)).size, keys.length);
    }),

    ...results.map(([what, result]) =>
      on(`remembers ${what} as the result of what is done`, async ({ store }) => {
        const token = await begin(store);
        assert.equal(await store.complete("k", token, result, { ttlMs: longMs }), true);
        assert.deepEqual(await nextClaim(store), { kind: "done", result });
        assert.deepEqual(await nextClaim(store), { kind: "done", result });
      }),
    ),

    on("remembers results beyond the time of the claim, and forgets them after their own", async (tested) => {
      const { store, advance } = tested;
      const token = await begin(store);
      await store.complete("k", token, 1, { ttlMs: ttlMs * 3 });
      await advance(ttlMs * 1.5);
      assert.deepEqual(await nextClaim(store), { kind: "done", result: 1 });
      await advance(ttlMs * 2);
      await begin(store);
    }),

    on("frees the work that was abandoned", async ({ store }) => {
      const token = await begin(store, "k", longMs);
      assert.equal(await store.abandon("k", token), true);
      assert.equal(await store.abandon("k", token), false);
      await begin(store);
    }),

    on("frees the work of one that died over it, after the claim's time", async ({ store, advance }) => {
      await begin(store);
      await advance(ttlMs * 1.5);
      await begin(store, "k", longMs);
      assert.deepEqual(await nextClaim(store), inProgress);
    }),

    on("lets a claim last as long as it is renewed", async ({ store, advance }) => {
      const token = await begin(store);
      for (let round = 0; round < 3; round += 1) {
        await advance(ttlMs * 0.5);
        assert.equal(await store.renew("k", token, { ttlMs: ttlMs * 3 }), true);
      }
      await advance(ttlMs);
      assert.deepEqual(await nextClaim(store), inProgress);
    }),

    on("does not renew a claim that has run out", async ({ store, advance }) => {
      const token = await begin(store);
      await advance(ttlMs * 1.5);
      assert.equal(await store.renew("k", token, { ttlMs }), false);
      await begin(store);
    }),

    on("lets one who comes too late touch nothing of the one who took over", async ({ store, advance }) => {
      const late = await begin(store);
      await advance(ttlMs * 1.5);
      const current = await begin(store, "k", longMs);
      assert.notEqual(current, late);
      assert.equal(await store.renew("k", late, { ttlMs }), false);
      assert.equal(await store.abandon("k", late), false);
      assert.equal(await store.complete("k", late, "late", { ttlMs }), false);
      assert.deepEqual(await nextClaim(store), inProgress);
      assert.equal(await store.complete("k", current, "current", { ttlMs: longMs }), true);
      assert.equal(await store.complete("k", late, "late", { ttlMs: longMs }), false);
      assert.equal(await store.abandon("k", late), false);
      assert.deepEqual(await nextClaim(store), { kind: "done", result: "current" });
    }),

    on("keeps the result of one who comes late if no other has taken over", async ({ store, advance }) => {
      const token = await begin(store);
      await advance(ttlMs * 1.5);
      assert.equal(await store.complete("k", token, "late", { ttlMs: longMs }), true);
      assert.deepEqual(await nextClaim(store), { kind: "done", result: "late" });
    }),

    on("does not take a result for a claim", async ({ store }) => {
      const token = await begin(store);
      await store.complete("k", token, token, { ttlMs: longMs });
      assert.equal(await store.abandon("k", token), false);
      assert.equal(await store.renew("k", token, { ttlMs }), false);
      assert.deepEqual(await nextClaim(store), { kind: "done", result: token });
    }),

    on("believes no token that it never gave", async ({ store }) => {
      await begin(store, "k", longMs);
      for (const token of ["", "nonsense", "k"]) {
        assert.equal(await store.abandon("k", token), false);
        assert.equal(await store.renew("k", token, { ttlMs }), false);
        assert.equal(await store.complete("k", token, 1, { ttlMs }), false);
      }
      assert.deepEqual(await nextClaim(store), inProgress);
    }),
  ];
}
