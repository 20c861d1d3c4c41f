import type { Clock } from "../clock.ts";
import { limitTime } from "../kit/limit-time.ts";
import { callAsync } from "./call.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";

/** How a {@link Claim} uses its store. */
export interface ClaimOptions {
  readonly claimTtlMs: number;
  readonly resultTtlMs: number;
  /** The longest that a call of the store may take. */
  readonly storeTimeoutMs: number;
  readonly clock: Clock;
  /** Called when another consumer has the claim by now. */
  readonly onLost: () => void;
  /** Called when the store has noted what became of a claim, or renewed it. */
  readonly onSuccess: () => void;
  /** Called when the store fails in something that does not change the outcome of the message. */
  readonly onError: (what: string, thrown: unknown) => void;
}

/**
 * Claims the work of `key`. Returns a claim; or `"done"` or `"in-progress"`, if another consumer has done it,
 * or does it. Rejects when the store does, or takes too long.
 */
export async function beginClaim<Result>(
  store: IdempotencyStore<Result>,
  key: string,
  options: ClaimOptions,
): Promise<Claim<Result> | "in-progress" | "done"> {
  const { claimTtlMs: ttlMs, storeTimeoutMs: timeoutMs, clock } = options;
  const answer = callAsync(() => store.begin(key, { ttlMs }));
  let isGivenUp = false;
  // A claim that is granted too late would hold the message up for its whole time.
  void answer
    .then((late) => (isGivenUp && late.kind === "begun" ? store.abandon(key, late.token) : undefined))
    .catch(() => undefined);
  const answered = await limitTime("The idempotency store", answer, { timeoutMs, clock }).catch(
    (thrown: unknown) => {
      isGivenUp = true;
      throw thrown;
    },
  );
  return answered.kind === "begun"
    ? new Claim(store, { key, token: answered.token }, options)
    : answered.kind;
}

/**
 * The right to do some work, from `begin` to `complete` or `abandon`. Renewed in between while the handler
 * runs.
 */
export class Claim<Result> {
  readonly #store: IdempotencyStore<Result>;
  readonly #key: string;
  readonly #token: string;
  readonly #options: ClaimOptions;
  #cancelRenewal: () => void = () => undefined;
  #isOver = false;

  constructor(
    store: IdempotencyStore<Result>,
    { key, token }: { readonly key: string; readonly token: string },
    options: ClaimOptions,
  ) {
    this.#store = store;
    this.#key = key;
    this.#token = token;
    this.#options = options;
    this.#scheduleRenewal();
  }

  /** Never rejects: the work is done, even if the store cannot note it. */
  async complete(result: Result): Promise<void> {
    this.letGo();
    const { resultTtlMs: ttlMs } = this.#options;
    await this.#call("completing", () => this.#store.complete(this.#key, this.#token, result, { ttlMs }));
  }

  /** Never rejects: a claim that cannot be given back frees itself after its time. */
  async abandon(): Promise<void> {
    this.letGo();
    await this.#call("abandoning", () => this.#store.abandon(this.#key, this.#token));
  }

  /** Renews no more; the claim frees itself after its time. */
  letGo(): void {
    this.#isOver = true;
    this.#cancelRenewal();
  }

  #scheduleRenewal(): void {
    const { clock, claimTtlMs } = this.#options;
    this.#cancelRenewal = clock.setTimer(() => void this.#renew(), claimTtlMs / 3);
  }

  async #renew(): Promise<void> {
    const { claimTtlMs: ttlMs, onLost } = this.#options;
    const isOurs = await this.#call("renewing", () => this.#store.renew(this.#key, this.#token, { ttlMs }));
    if (this.#isOver) return;
    if (isOurs === false) onLost();
    else this.#scheduleRenewal();
  }

  async #call<T>(what: string, task: () => Promise<T>): Promise<T | undefined> {
    const { storeTimeoutMs: timeoutMs, clock, onSuccess, onError } = this.#options;
    try {
      const answer = await limitTime("The idempotency store", callAsync(task), { timeoutMs, clock });
      onSuccess();
      return answer;
    } catch (thrown) {
      onError(what, thrown);
      return undefined;
    }
  }
}
