import { ConfigError } from "../errors/config-error.ts";
import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import type { IdempotencyClaim, IdempotencyStore } from "../inbound/idempotency-store.ts";
import { evalOf, type RedisClient, type RedisEval } from "./redis-client.ts";
import { abandonScript, beginScript, completeScript, renewScript } from "./scripts.ts";

/** How a {@link RedisIdempotencyStore} uses Redis. */
export interface RedisIdempotencyStoreOptions<Result> {
  /** A client that is connected, of node-redis or ioredis, or a function that runs a script. */
  readonly client: RedisClient;
  /** Stands before every key. Default `"wirekit:idempotency:"`. */
  readonly keyPrefix?: string | undefined;
  /** How a result becomes text. Default JSON. */
  readonly serialize?: ((result: Result) => string) | undefined;
  /** How text becomes a result again. Default JSON. */
  readonly deserialize?: ((text: string) => Result) | undefined;
}

/** A token is a UUID: what stands behind it in a value is the result. */
const tokenLength = 36;

/**
 * Idempotency for many processes, in Redis 2.6 or later. One key for each message, a script for each
 * operation, so that each is atomic; also on a cluster. Times are Redis's own.
 *
 * Redis may lose the last writes when it fails over: then a message is handled twice, as without a store.
 */
export class RedisIdempotencyStore<Result = unknown> implements IdempotencyStore<Result> {
  readonly #eval: RedisEval;
  readonly #keyPrefix: string;
  readonly #serialize: (result: Result) => string;
  readonly #deserialize: (text: string) => Result;

  /** @throws ConfigError when `client` is none that is known. */
  constructor(options: RedisIdempotencyStoreOptions<Result>) {
    const runScript = evalOf(options.client);
    if (runScript === undefined) {
      const message = "must be a client of node-redis or ioredis, or a function that runs a script";
      throw new ConfigError([{ path: "client", message }]);
    }
    this.#eval = runScript;
    this.#keyPrefix = options.keyPrefix ?? "wirekit:idempotency:";
    this.#serialize = options.serialize ?? toJson;
    this.#deserialize = options.deserialize ?? fromJson;
  }

  async begin(key: string, { ttlMs }: { readonly ttlMs: number }): Promise<IdempotencyClaim<Result>> {
    const token = globalThis.crypto.randomUUID();
    const answer = await this.#run(beginScript, key, [claimValue(token), milliseconds(ttlMs)]);
    if (answer === null || answer === undefined) return { kind: "begun", token };
    const value = String(answer);
    if (!value.startsWith("d")) return { kind: "in-progress" };
    return { kind: "done", result: this.#deserialize(value.slice(1 + tokenLength)) };
  }

  async complete(
    key: string,
    token: string,
    result: Result,
    { ttlMs }: { readonly ttlMs: number },
  ): Promise<boolean> {
    // Only a token of ours has the length by which the result is found behind it.
    if (token.length !== tokenLength) return false;
    const value = `d${token}${this.#serialize(result)}`;
    return (await this.#run(completeScript, key, [claimValue(token), value, milliseconds(ttlMs)])) === 1;
  }

  async abandon(key: string, token: string): Promise<boolean> {
    return (await this.#run(abandonScript, key, [claimValue(token)])) === 1;
  }

  async renew(key: string, token: string, { ttlMs }: { readonly ttlMs: number }): Promise<boolean> {
    return (await this.#run(renewScript, key, [claimValue(token), milliseconds(ttlMs)])) === 1;
  }

  async #run(script: string, key: string, scriptArguments: readonly string[]): Promise<unknown> {
    try {
      const answer = await this.#eval(script, [this.#keyPrefix + key], scriptArguments);
      // Some clients give integers as bigint when they are asked to.
      return typeof answer === "bigint" ? Number(answer) : answer;
    } catch (thrown) {
      // Without the cause: a client's error carries the command with its arguments, and those carry the
      // result.
      throw new WirekitError(`Redis could not be asked: ${messageOf(thrown)}`, {
        code: "wirekit/redis",
        retryable: true,
      });
    }
  }
}

function claimValue(token: string): string {
  return `c${token}`;
}

function milliseconds(ttlMs: number): string {
  return String(Math.max(1, Math.ceil(ttlMs)));
}

function toJson(result: unknown): string {
  // `undefined` has no JSON; it is what most handlers return.
  return JSON.stringify(result) ?? "";
}

function fromJson<Result>(text: string): Result {
  return text === "" ? (undefined as Result) : JSON.parse(text);
}
