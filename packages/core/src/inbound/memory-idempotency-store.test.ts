import { describe, expect, it } from "@jest/globals";
import { QueueFullError } from "../index.ts";
import { idempotencyStoreConformance, ManualClock } from "../testing/index.ts";
import { MemoryIdempotencyStore, type MemoryIdempotencyStoreOptions } from "./index.ts";

function setUp(options: MemoryIdempotencyStoreOptions = {}) {
  const clock = new ManualClock();
  return { clock, store: new MemoryIdempotencyStore({ clock, ...options }) };
}

describe("MemoryIdempotencyStore", () => {
  const cases = idempotencyStoreConformance(() => {
    const { clock, store } = setUp();
    return { store, advance: (durationMs) => clock.advance(durationMs) };
  });
  for (const { name, run } of cases) it(name, run);
});

it("forgets the result that was not asked for longest when it is full", async () => {
  const { store } = setUp({ maxResults: 2 });
  for (const key of ["a", "b", "c"]) {
    const claim = await store.begin(key, { ttlMs: 1_000 });
    if (claim.kind === "begun") await store.complete(key, claim.token, key, { ttlMs: 60_000 });
    await store.begin("a", { ttlMs: 1_000 });
  }
  expect(await store.begin("a", { ttlMs: 1 })).toEqual({ kind: "done", result: "a" });
  expect(await store.begin("b", { ttlMs: 1 })).toMatchObject({ kind: "begun" });
});

it("never forgets a claim: it takes no more of them until one has run out", async () => {
  const { clock, store } = setUp({ maxClaims: 2 });
  await store.begin("a", { ttlMs: 1_000 });
  await store.begin("b", { ttlMs: 60_000 });
  await expect(store.begin("c", { ttlMs: 1_000 })).rejects.toBeInstanceOf(QueueFullError);
  await clock.advance(1_000);
  expect(await store.begin("c", { ttlMs: 1_000 })).toMatchObject({ kind: "begun" });
  expect(await store.begin("b", { ttlMs: 1_000 })).toEqual({ kind: "in-progress" });
});

it("names every option at fault", () => {
  expect(() => setUp({ maxResults: 0, maxClaims: Number.NaN })).toThrow(/maxResults .*; maxClaims /);
});
