import type { LRUCache } from "lru-cache";
import type { Clock } from "../clock.ts";
import { QueueFullError } from "../errors/queue-full-error.ts";
import { Faults } from "../kit/faults.ts";
import { option } from "../kit/option-rules.ts";
import { readOptions } from "../kit/read-options.ts";
import type { IdempotencyClaim, IdempotencyStore } from "./idempotency-store.ts";

/** How much a {@link MemoryIdempotencyStore} remembers. */
export interface MemoryIdempotencyStoreOptions {
  /**
   * The most results that are remembered. Beyond it, the least recently used one is forgotten. Default
   * 10,000.
   */
  readonly maxResults?: number | undefined;
  /**
   * The most claims at a time. Beyond it, `begin` rejects, because a claim must not be forgotten. Default
   * 10,000.
   */
  readonly maxClaims?: number | undefined;
  readonly clock?: Clock | undefined;
}

const rules = {
  maxResults: option.whole({ minimum: 1, default: 10_000 }),
  maxClaims: option.whole({ minimum: 1, default: 10_000 }),
  clock: option.clock(),
};

interface Claim {
  readonly token: string;
  readonly expiresAt: number;
}

interface Remembered<Result> {
  readonly result: Result;
  readonly expiresAt: number;
}

/** Idempotency within one process: what it remembers is gone when the process ends. */
export class MemoryIdempotencyStore<Result = unknown> implements IdempotencyStore<Result> {
  readonly #clock: Clock;
  readonly #maxResults: number;
  readonly #maxClaims: number;
  readonly #claims = new Map<string, Claim>();
  #results: Promise<LRUCache<string, Remembered<Result>>> | undefined;
  #tokens = 0;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: MemoryIdempotencyStoreOptions = {}) {
    const faults = new Faults();
    const { maxResults, maxClaims, clock } = readOptions(options, rules, faults);
    faults.throwIfAny();
    this.#maxResults = maxResults;
    this.#maxClaims = maxClaims;
    this.#clock = clock;
  }

  async begin(key: string, { ttlMs }: { readonly ttlMs: number }): Promise<IdempotencyClaim<Result>> {
    const results = await this.#load();
    const now = this.#clock.monotonic();
    const remembered = results.get(key);
    if (remembered !== undefined && remembered.expiresAt > now)
      return { kind: "done", result: remembered.result };
    if (this.#liveClaim(key) !== undefined) return { kind: "in-progress" };
    this.#makeRoom();
    this.#tokens += 1;
    const token = `${this.#tokens}`;
    this.#claims.set(key, { token, expiresAt: now + ttlMs });
    return { kind: "begun", token };
  }

  async complete(
    key: string,
    token: string,
    result: Result,
    { ttlMs }: { readonly ttlMs: number },
  ): Promise<boolean> {
    const results = await this.#load();
    const now = this.#clock.monotonic();
    const claim = this.#liveClaim(key);
    if (claim !== undefined && claim.token !== token) return false;
    if (claim === undefined && (results.get(key)?.expiresAt ?? 0) > now) return false;
    this.#claims.delete(key);
    results.set(key, { result, expiresAt: now + ttlMs });
    return true;
  }

  async abandon(key: string, token: string): Promise<boolean> {
    return this.#liveClaim(key)?.token === token && this.#claims.delete(key);
  }

  async renew(key: string, token: string, { ttlMs }: { readonly ttlMs: number }): Promise<boolean> {
    if (this.#liveClaim(key)?.token !== token) return false;
    this.#claims.set(key, { token, expiresAt: this.#clock.monotonic() + ttlMs });
    return true;
  }

  /** Loads lru-cache on first use: a program with another store does not load it. */
  async #load(): Promise<LRUCache<string, Remembered<Result>>> {
    this.#results ??= import("lru-cache").then(({ LRUCache }) => new LRUCache({ max: this.#maxResults }));
    return await this.#results;
  }

  #liveClaim(key: string): Claim | undefined {
    const claim = this.#claims.get(key);
    if (claim === undefined || claim.expiresAt > this.#clock.monotonic()) return claim;
    this.#claims.delete(key);
    return undefined;
  }

  #makeRoom(): void {
    if (this.#claims.size < this.#maxClaims) return;
    for (const key of [...this.#claims.keys()]) this.#liveClaim(key);
    if (this.#claims.size >= this.#maxClaims) {
      throw new QueueFullError("The idempotency store", { unit: "claims", limit: this.#maxClaims });
    }
  }
}
