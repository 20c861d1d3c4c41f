// On a real Redis, named by WIREKIT_REDIS_URL; run by WIREKIT_REDIS_URL=redis://127.0.0.1:19379 wirekit-jest
// --testMatch '<rootDir>/test/interop/redis.interop.ts'
import { describe, expect, it } from "@jest/globals";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { sleep } from "../../src/kit/index.ts";
import { type RedisClient, RedisIdempotencyStore } from "../../src/redis/index.ts";
import { idempotencyStoreConformance } from "../../src/testing/index.ts";

const url = process.env.WIREKIT_REDIS_URL;
if (url === undefined) throw new Error("WIREKIT_REDIS_URL must name the Redis to test against");

interface Connected {
  readonly client: RedisClient;
  close(): Promise<unknown>;
}

const drivers: readonly (readonly [string, () => Promise<Connected>])[] = [
  [
    "node-redis",
    async () => {
      const client = await createClient({ url }).connect();
      return { client, close: () => client.close() };
    },
  ],
  [
    "ioredis",
    async () => {
      const client = new Redis(url);
      return { client, close: () => client.quit() };
    },
  ],
];

let round = 0;
const freshPrefix = () => `wirekit-test:${process.pid}:${Date.now()}:${round++}:`;

for (const [name, connect] of drivers) {
  // Redis keeps its own time: long enough that a busy machine does not outlive a claim, short enough to wait
  // for.
  const times = { ttlMs: 400 };
  const open = async () => {
    const { client, close } = await connect();
    const store = new RedisIdempotencyStore({ client, keyPrefix: freshPrefix() });
    return {
      store,
      advance: (durationMs: number) => sleep(durationMs),
      close: async () => void (await close()),
    };
  };
  describe(`RedisIdempotencyStore over ${name}`, () => {
    for (const { name, run } of idempotencyStoreConformance(open, times)) it(name, run);
  });
}

describe("many processes", () => {
  it.each(drivers)("over %s: of many that begin at once exactly one gets the work", async (_, connect) => {
    const connections = await Promise.all(Array.from({ length: 8 }, connect));
    const keyPrefix = freshPrefix();
    const stores = connections.map(({ client }) => new RedisIdempotencyStore({ client, keyPrefix }));
    for (let key = 0; key < 50; key += 1) {
      const claims = await Promise.all(stores.map((store) => store.begin(`${key}`, { ttlMs: 60_000 })));
      expect(claims.filter(({ kind }) => kind === "begun")).toHaveLength(1);
      expect(claims.filter(({ kind }) => kind === "in-progress")).toHaveLength(7);
    }
    await Promise.all(connections.map(({ close }) => close()));
  });

  it("see each other's work whichever client they use", async () => {
    const keyPrefix = freshPrefix();
    const connections = await Promise.all(drivers.map(([, connect]) => connect()));
    const [first, second] = connections.map(({ client }) => new RedisIdempotencyStore({ client, keyPrefix }));
    const claim = await first?.begin("k", { ttlMs: 60_000 });
    expect(await second?.begin("k", { ttlMs: 60_000 })).toEqual({ kind: "in-progress" });
    if (claim?.kind === "begun") await first?.complete("k", claim.token, { by: "first" }, { ttlMs: 60_000 });
    expect(await second?.begin("k", { ttlMs: 60_000 })).toEqual({ kind: "done", result: { by: "first" } });
    await Promise.all(connections.map(({ close }) => close()));
  });
});
