import { messageOf, WirekitError } from "../errors/wirekit-error.ts";
import type { IdempotencyClaim, IdempotencyStore } from "../inbound/idempotency-store.ts";
import { Faults } from "../kit/faults.ts";
import { option } from "../kit/option-rules.ts";
import { readOptions } from "../kit/read-options.ts";
import { evalOf, type RedisClient, type RedisEval } from "./redis-client.ts";
import { abandonScript, beginScript, completeScript, renewScript } from "./scripts.ts";

/** How a {@link RedisIdempotencyStore} uses Redis. */
export interface RedisIdempotencyStoreOptions<Result> {
  /** A client of node-redis or ioredis that is connected, or a function that runs a script. */
  readonly client: RedisClient;
  /** Put before every key. Default `"wirekit:idempotency:"`. */
  readonly keyPrefix?: string | undefined;
  /** How a result becomes text. Default JSON. */
  readonly serialize?: ((result: Result) => string) | undefined;
  /** How text becomes a result again. Default JSON. */
  readonly deserialize?: ((text: string) => Result) | undefined;
}

const rules = {
  client: option.custom<RedisClient, { presence: "required" }>(
    (value) =>
      evalOf(value as RedisClient) === undefined
        ? "must be a client of node-redis or ioredis, or a function that runs a script"
        : undefined,
    { presence: "required" },
  ),
  keyPrefix: option.custom<string, { default: string }>(
    (value) => (typeof value === "string" ? undefined : "must be a text"),
    { default: "wirekit:idempotency:" },
  ),
  serialize: option.fn({ default: toJson }),
  deserialize: option.fn({ default: fromJson }),
};

/** A token is a UUID: what stands behind it in a value is the result. */
const tokenLength = 36;

/**
 * Idempotency for many processes, in Redis 2.6 or later, also on a cluster. There is one key for each
 * message, and one script for each operation, so that each is atomic. Times are Redis's own.
 *
 * Redis may lose the last writes when it fails over. A message may then be handled twice, as without a store.
 */
export class RedisIdempotencyStore<Result = unknown> implements IdempotencyStore<Result> {
  readonly #eval: RedisEval;
  readonly #keyPrefix: string;
  readonly #serialize: (result: Result) => string;
  readonly #deserialize: (text: string) => Result;

  /** @throws ConfigError naming every option at fault. */
  constructor(options: RedisIdempotencyStoreOptions<Result>) {
    const faults = new Faults();
    const { client, keyPrefix, serialize, deserialize } = readOptions(options, rules, faults);
    faults.throwIfAny();
    this.#eval = evalOf(client) as RedisEval;
    this.#keyPrefix = keyPrefix;
    this.#serialize = serialize as (result: Result) => string;
    this.#deserialize = deserialize as (text: string) => Result;
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
    // The result stands behind the token and is found by its length, so that no other token may be written.
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
      // Some clients return integers as bigint, if they are configured so.
      return typeof answer === "bigint" ? Number(answer) : answer;
    } catch (thrown) {
      // Without the cause: a client's error holds the command with its arguments, and those hold the result.
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
  // Most handlers return `undefined`, which has no JSON.
  return JSON.stringify(result) ?? "";
}

function fromJson<Result>(text: string): Result {
  return text === "" ? (undefined as Result) : JSON.parse(text);
}
