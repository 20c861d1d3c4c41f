/** What a store answers to a consumer that wants to do the work of a key. */
export type IdempotencyClaim<Result> =
  /** The consumer may do it. `token` proves that in the calls that follow. */
  | { readonly kind: "begun"; readonly token: string }
  /** Another consumer does it, or died over it less than the claim's time ago. */
  | { readonly kind: "in-progress" }
  /** It is done, with this result. */
  | { readonly kind: "done"; readonly result: Result };

/**
 * Remembers which work is being done and which is done, so that a message which is delivered twice is handled
 * once. Each operation is atomic. A claim that is neither completed nor abandoned, because its process died,
 * frees itself after its time.
 */
export interface IdempotencyStore<Result = unknown> {
  /** Claims the work of `key` for `ttlMs`. */
  begin(key: string, options: { readonly ttlMs: number }): Promise<IdempotencyClaim<Result>>;

  /**
   * Turns the claim into a result that is remembered for `ttlMs`. Does so also if the claim has run out and
   * no other consumer has claimed the key since, because the work is done all the same. Returns `false`, and
   * changes nothing, if another consumer has the key by now.
   */
  complete(key: string, token: string, result: Result, options: { readonly ttlMs: number }): Promise<boolean>;

  /**
   * Gives the claim back: the work is not done. Returns `false`, and changes nothing, if the token holds no
   * claim any more.
   */
  abandon(key: string, token: string): Promise<boolean>;

  /**
   * Lets the claim last for `ttlMs` from now. Returns `false`, and changes nothing, if the token holds no
   * claim any more.
   */
  renew(key: string, token: string, options: { readonly ttlMs: number }): Promise<boolean>;
}
