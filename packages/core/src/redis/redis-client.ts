/** A client of the package `redis` (node-redis), version 4 or later: single, pooled or of a cluster. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** Tells it from ioredis. */
  readonly EVAL: unknown;
}

/** A client of the package `ioredis`, version 5 or later: single or of a cluster. */
export interface IoRedisClient {
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  /** Tells it from node-redis. */
  readonly defineCommand: unknown;
}

/** Runs a Lua script on Redis; for any other client. Resolves with a text, a number, or null for nil. */
export type RedisEval = (
  script: string,
  keys: readonly string[],
  scriptArguments: readonly string[],
) => Promise<unknown>;

/** How a store reaches Redis. The program that made the client closes it. */
export type RedisClient = NodeRedisClient | IoRedisClient | RedisEval;

/** The one call that a store needs of a client; `undefined` if the client is of no kind that is known. */
export function evalOf(client: RedisClient): RedisEval | undefined {
  if (typeof client === "function") return client;
  if (typeof client !== "object" || client === null || typeof client.eval !== "function") return undefined;
  if ("defineCommand" in client) {
    return (script, keys, scriptArguments) => client.eval(script, keys.length, ...keys, ...scriptArguments);
  }
  if ("EVAL" in client) {
    return (script, keys, scriptArguments) =>
      client.eval(script, { keys: [...keys], arguments: [...scriptArguments] });
  }
  return undefined;
}
