// Does the work of every key once, together with others that do the same: REDIS_URL, DRIVER, PREFIX, TTL_MS
// in the environment.
import { WirekitError } from "@wirekit/core";
import { sleep } from "@wirekit/core/kit";
import { type RedisClient, RedisIdempotencyStore } from "@wirekit/core/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { answerLines, say } from "../programs/answer-lines.ts";
import { memoryInUse } from "./memory.ts";

const { REDIS_URL = "", DRIVER = "", PREFIX = "", TTL_MS = "" } = process.env;
const ttlMs = Number(TTL_MS);
/** Results stay until the row is over. */
const doneTtlMs = 3_600_000;

const store = new RedisIdempotencyStore<{ readonly token: string }>({
  client: await connected(),
  keyPrefix: PREFIX,
});

interface Work {
  readonly keys: readonly string[];
  /** Stops for ever with the claim of so many-th in hand. */
  readonly hangAt?: number;
}

answerLines({
  ready: () => true,
  memory: memoryInUse,
  /** The token that each key was done under. */
  results: async ({ keys }: { readonly keys: readonly string[] }) => {
    const found: [string, string][] = [];
    for (const key of keys) {
      const claim = await patiently(() => store.begin(key, { ttlMs }));
      if (claim.kind !== "done") throw new Error(`${key} is ${claim.kind}, and not done`);
      found.push([key, claim.result.token]);
    }
    return found;
  },
  begin: ({ key }: { readonly key: string }) => patiently(() => store.begin(key, { ttlMs })),
  complete: ({ key, token }: { readonly key: string; readonly token: string }) =>
    patiently(() => store.complete(key, token, { token }, { ttlMs: doneTtlMs })),
  abandon: ({ key, token }: { readonly key: string; readonly token: string }) =>
    patiently(() => store.abandon(key, token)),
  renew: ({ key, token }: { readonly key: string; readonly token: string }) =>
    patiently(() => store.renew(key, token, { ttlMs })),
  work: async ({ keys, hangAt }: Work) => {
    let left = [...keys];
    let claims = 0;
    while (left.length > 0) {
      const inProgress: string[] = [];
      for (const key of left) {
        const claim = await patiently(() => store.begin(key, { ttlMs }));
        if (claim.kind === "in-progress") inProgress.push(key);
        if (claim.kind !== "begun") continue;
        const { token } = claim;
        const startedAt = performance.now();
        claims += 1;
        say("begun", { key, token });
        if (claims === hangAt) {
          say("hangs", { key, token });
          await new Promise(() => {});
        }
        // The work.
        await sleep(2);
        const accepted = await patiently(() => store.complete(key, token, { token }, { ttlMs: doneTtlMs }));
        say("completed", { key, token, accepted, latencyMs: performance.now() - startedAt });
        if (!accepted) inProgress.push(key);
      }
      left = inProgress;
      if (left.length > 0) await sleep(20);
    }
    return { claims };
  },
});

/** While Redis is away, and nothing else is wrong, the same is asked again. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof WirekitError && error.retryable)) throw error;
      say("redis-away", error.message);
      await sleep(50);
    }
  }
}

async function connected(): Promise<RedisClient> {
  if (DRIVER === "ioredis") {
    const client = new Redis(REDIS_URL);
    // Without a listener an error is printed, which a restart makes many of.
    client.on("error", () => undefined);
    return client;
  }
  const client = createClient({ url: REDIS_URL });
  client.on("error", () => undefined);
  return await client.connect();
}
