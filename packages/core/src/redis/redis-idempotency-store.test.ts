import { describe, expect, it } from "@jest/globals";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";
import { ConfigError, WirekitError } from "../index.ts";
import { idempotencyStoreConformance, ManualClock } from "../testing/index.ts";
import { type RedisClient, type RedisEval, RedisIdempotencyStore } from "./index.ts";
import { abandonScript, beginScript, completeScript, renewScript } from "./scripts.ts";

/**
 * What the four scripts do, over a map: an in-process stand-in, so that the store around them can be examined
 * anywhere. The scripts themselves run in `test/interop/redis.interop.ts`, on a real server.
 */
function simulatedRedis(clock: ManualClock): RedisEval {
  const values = new Map<string, { readonly value: string; readonly expiresAt: number }>();
  const get = (key: string) => {
    const found = values.get(key);
    return found !== undefined && found.expiresAt > clock.monotonic() ? found.value : undefined;
  };
  const set = (key: string, value: string, ttl: string) => {
    expect(ttl).toMatch(/^[1-9]\d*$/);
    values.set(key, { value, expiresAt: clock.monotonic() + Number(ttl) });
  };
  return async (script, [key = ""], [claim = "", second = "", third = ""]) => {
    const current = get(key);
    if (script === beginScript) {
      if (current !== undefined && current !== claim) return current.startsWith("c") ? "c" : current;
      set(key, claim, second);
      return null;
    }
    if (script === completeScript) {
      if (current !== undefined && current !== claim && current !== second) return 0;
      set(key, second, third);
      return 1;
    }
    if (current !== claim) return 0;
    if (script === abandonScript) values.delete(key);
    else if (script === renewScript) set(key, claim, second);
    else throw new Error("no such script");
    return 1;
  };
}

describe("RedisIdempotencyStore", () => {
  const cases = idempotencyStoreConformance(() => {
    const clock = new ManualClock();
    const store = new RedisIdempotencyStore({ client: simulatedRedis(clock) });
    return { store, advance: (durationMs) => clock.advance(durationMs) };
  });
  for (const { name, run } of cases) it(name, run);
});

it("puts its prefix before every key", async () => {
  const keys: string[] = [];
  const client: RedisEval = async (_, given) => {
    keys.push(...given);
    return null;
  };
  await new RedisIdempotencyStore({ client }).begin("a", { ttlMs: 1 });
  await new RedisIdempotencyStore({ client, keyPrefix: "mine:" }).begin("a", { ttlMs: 1 });
  expect(keys).toEqual(["wirekit:idempotency:a", "mine:a"]);
});

it("gives the same answer to a script that the client sends twice", async () => {
  const clock = new ManualClock();
  const once = simulatedRedis(clock);
  const client: RedisEval = async (...given) => {
    await once(...given);
    return await once(...given);
  };
  const store = new RedisIdempotencyStore({ client });
  const claim = await store.begin("k", { ttlMs: 1_000 });
  expect(claim).toMatchObject({ kind: "begun" });
  if (claim.kind === "begun") expect(await store.complete("k", claim.token, 1, { ttlMs: 1_000 })).toBe(true);
});

it("writes results as it is told to", async () => {
  const clock = new ManualClock();
  const store = new RedisIdempotencyStore<Date>({
    client: simulatedRedis(clock),
    serialize: (date) => date.toISOString(),
    deserialize: (text) => new Date(text),
  });
  const claim = await store.begin("k", { ttlMs: 1_000 });
  const result = new Date("2026-01-01T00:00:00Z");
  if (claim.kind === "begun") await store.complete("k", claim.token, result, { ttlMs: 1_000 });
  expect(await store.begin("k", { ttlMs: 1_000 })).toEqual({ kind: "done", result });
});

it("says that Redis could not be asked, without the command, whose arguments carry the result", async () => {
  const client: RedisEval = (_, __, scriptArguments) =>
    Promise.reject(Object.assign(new Error("READONLY"), { command: { args: scriptArguments } }));
  const store = new RedisIdempotencyStore({ client });
  const error: unknown = await store
    .complete("k", crypto.randomUUID(), "secret 4711", { ttlMs: 1 })
    .catch((thrown: unknown) => thrown);
  expect(error instanceof WirekitError).toBe(true);
  expect(error).toMatchObject({
    code: "wirekit/redis",
    retryable: true,
    message: "Redis could not be asked: READONLY",
  });
  expect(JSON.stringify([error, (error as Error).cause])).not.toContain("4711");
});

describe("a client", () => {
  it("of node-redis is called in its way, with integers as bigint too", async () => {
    const calls: unknown[] = [];
    const client = {
      EVAL: () => undefined,
      eval: async (...given: unknown[]) => {
        calls.push(given);
        return 1n;
      },
    };
    expect(await new RedisIdempotencyStore({ client }).renew("k", "t", { ttlMs: 2.5 })).toBe(true);
    expect(calls).toEqual([[renewScript, { keys: ["wirekit:idempotency:k"], arguments: ["ct", "3"] }]]);
  });

  it("of ioredis is called in its way", async () => {
    const calls: unknown[] = [];
    const client = {
      defineCommand: () => undefined,
      eval: async (...given: unknown[]) => {
        calls.push(given);
        return 0;
      },
    };
    expect(await new RedisIdempotencyStore({ client }).abandon("k", "t")).toBe(false);
    expect(calls).toEqual([[abandonScript, 1, "wirekit:idempotency:k", "ct"]]);
  });

  it("of the real packages fits without a cast, and is told apart", () => {
    // Neither connects before it is told to.
    const ioredis = new Redis({ lazyConnect: true });
    const ioredisCluster = new Cluster([], { lazyConnect: true });
    const clients: RedisClient[] = [
      createClient(),
      createCluster({ rootNodes: [] }),
      ioredis,
      ioredisCluster,
    ];
    for (const client of clients) expect(() => new RedisIdempotencyStore({ client })).not.toThrow();
    expect(clients.map((client) => "defineCommand" in client)).toEqual([false, false, true, true]);
    ioredis.disconnect();
    ioredisCluster.disconnect();
  });

  it("that is missing, and other faults, are named at once", () => {
    const options = { keyPrefix: 7, keyprefix: "x", serialize: "json" };
    expect(() => new RedisIdempotencyStore(options as never)).toThrow(
      /keyprefix is not an option; did you mean keyPrefix\?; client is required; keyPrefix .*; serialize must be a function/,
    );
  });

  it.each([[{}], [null], [{ eval: () => undefined }], ["redis://localhost"]])(
    "that is %j is refused",
    (client) => {
      expect(() => new RedisIdempotencyStore({ client: client as never })).toThrow(ConfigError);
      expect(() => new RedisIdempotencyStore({ client: client as never })).toThrow(
        "client must be a client of",
      );
    },
  );
});
