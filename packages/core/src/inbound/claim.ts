import type { Clock } from "../clock.ts";
import { limitTime } from "../kit/limit-time.ts";
import { callAsync } from "./call.ts";
import type { IdempotencyStore } from "./idempotency-store.ts";

/** How a {@link Claim} deals with its store. */
export interface ClaimOptions {
  readonly claimTtlMs: number;
  readonly resultTtlMs: number;
  /** The longest that a call of the store may take. */
  readonly storeTimeoutMs: number;
  readonly clock: Clock;
  /** Told when the claim turns out to be somebody else's. */
  readonly onLost: () => void;
  /** Told when the store fails in something that does not change the outcome of the message. */
  readonly onError: (what: string, thrown: unknown) => void;
}

/** What became of the wish to do the work of a key. */
export type Begun<Result> =
  | { readonly kind: "claimed"; readonly claim: Claim<Result> }
  | { readonly kind: "in-progress" }
  | { readonly kind: "done"; readonly result: Result };

/** Claims the work of `key`; rejects when the store does, or takes too long. */
export async function beginClaim<Result>(
  store: IdempotencyStore<Result>,
  key: string,
  options: ClaimOptions,
): Promise<Begun<Result>> {
  const { claimTtlMs: ttlMs, storeTimeoutMs: timeoutMs, clock } = options;
  const answer = callAsync(() => store.begin(key, { ttlMs }));
  let isGivenUp = false;
  // A claim that is granted after nobody waits for it any more would hold the message up for its whole time.
  void answer
    .then((late) => (isGivenUp && late.kind === "begun" ? store.abandon(key, late.token) : undefined))
    .catch(() => undefined);
  const begun = await limitTime("The idempotency store", answer, { timeoutMs, clock }).catch(
    (thrown: unknown) => {
      isGivenUp = true;
      throw thrown;
    },
  );
  return begun.kind === "begun"
    ? { kind: "claimed", claim: new Claim(store, { key, token: begun.token }, options) }
    : begun;
}

/** The right to do some work, from `begin` to `complete` or `abandon`; renewed in between, as long as the handler runs. */
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

  /** Never rejects: the work is done, and that it could not be noted down changes nothing about that. */
  async complete(result: Result): Promise<void> {
    this.letGo();
    const { resultTtlMs: ttlMs } = this.#options;
    await this.#call("completing", () => this.#store.complete(this.#key, this.#token, result, { ttlMs }));
  }

  /** Never rejects: what cannot be given back frees itself after its time. */
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
    const { storeTimeoutMs: timeoutMs, clock, onError } = this.#options;
    try {
      return await limitTime("The idempotency store", callAsync(task), { timeoutMs, clock });
    } catch (thrown) {
      onError(what, thrown);
      return undefined;
    }
  }
}
