export type { IoRedisClient, NodeRedisClient, RedisClient, RedisEval } from "./redis-client.ts";
export { RedisIdempotencyStore, type RedisIdempotencyStoreOptions } from "./redis-idempotency-store.ts";
