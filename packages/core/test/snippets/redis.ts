import { RedisIdempotencyStore } from "@wirekit/core/redis";
import { createClient } from "redis";

const client = await createClient({ url: "redis://localhost:6379" }).connect();
const store = new RedisIdempotencyStore({ client });

const claim = await store.begin("payment-7", { ttlMs: 60_000 });
if (claim.kind === "begun") {
  await store.complete("payment-7", claim.token, "receipt 12", { ttlMs: 86_400_000 });
}
