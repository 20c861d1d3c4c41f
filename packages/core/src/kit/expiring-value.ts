import type { Clock } from "../clock.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";

/** What an {@link ExpiringValue} is made of. Durations are in milliseconds. */
export interface ExpiringValueOptions<T> {
  /** What the value is, as the subject of a sentence: `"The AWS credentials"`. */
  readonly name: string;
  /** Fetches the value. The signal is aborted when the attempt is given up. */
  readonly fetch: (signal: AbortSignal) => Promise<T>;
  /** When the value stops being valid, in milliseconds since 1970; `undefined` if it never does. */
  readonly expiresAt: (value: T) => number | undefined;
  /**
   * A value that expires sooner than this is fetched anew while the old one is still used. A value that lives
   * for less than twice as long is fetched anew at half its life. Default 300,000.
   */
  readonly refreshBeforeMs?: number | undefined;
  /** An attempt that takes longer is given up, and the next caller begins another one. Default 10,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * How long to wait after a failed refresh before the next one, while the old value is still valid. Default
   * 1,000.
   */
  readonly retryAfterMs?: number | undefined;
  /** Told when a refresh has failed and the old value, which is still valid, stays in use. */
  readonly onStale?: ((error: unknown) => void) | undefined;
  readonly clock: Clock;
}

/** The value in use. */
interface Held<T> {
  readonly value: T;
  readonly expiresAt: number;
  /** When to begin the next attempt. */
  refreshAt: number;
}

interface Attempt<T> {
  readonly value: Promise<T>;
  giveUp(reason: unknown): void;
}

/**
 * A value that another system issues and that expires: credentials, an access token, a set of keys.
 *
 * - However many callers ask at once, one attempt to fetch it serves them all.
 * - It is refreshed ahead of its expiry, and callers do not wait for that.
 * - If its source fails or hangs, the old value stays in use for as long as it is valid.
 * - An attempt that hangs is given up after a limit. Its late answer changes nothing.
 * - If the peer refuses the value, the next caller gets a new one.
 */
export class ExpiringValue<T> {
  readonly #options: ExpiringValueOptions<T>;
  #held: Held<T> | undefined;
  #attempt: Attempt<T> | undefined;

  constructor(options: ExpiringValueOptions<T>) {
    this.#options = options;
  }

  /** The value, if there is one that is valid. Begins a refresh when it is due. Never throws. */
  held(): T | undefined {
    const held = this.#held;
    if (held === undefined) return undefined;
    const now = this.#options.clock.now();
    if (now >= held.expiresAt) return undefined;
    // The failure is told to `onStale`.
    if (now >= held.refreshAt && this.#attempt === undefined) this.#begin().value.catch(() => {});
    return held.value;
  }

  /**
   * Returns the value, and fetches it if there is no valid one.
   *
   * @throws what `fetch` throws; `TimeoutError` when the attempt was given up; `ClosedError` after {@link
   * close}.
   */
  async get(): Promise<T> {
    return this.held() ?? (this.#attempt ?? this.#begin()).value;
  }

  /**
   * Tells that `value` was not accepted: the next `get` fetches a new one. Does nothing if it is not in use
   * any more.
   */
  refused(value: T): void {
    if (this.#held?.value === value) this.#held = undefined;
  }

  /** Gives up the attempt under way and its timer. Callers that wait for it are rejected. */
  close(): void {
    this.#attempt?.giveUp(new ClosedError(this.#options.name));
  }

  #begin(): Attempt<T> {
    const { name, fetch, clock, attemptTimeoutMs = 10_000 } = this.#options;
    const controller = new AbortController();
    const { promise, resolve, reject } = deferred<T>();
    const cancelTimer = clock.setTimer(
      () => giveUp(new TimeoutError(name, attemptTimeoutMs)),
      attemptTimeoutMs,
    );
    const attempt = { value: promise, giveUp };
    this.#attempt = attempt;

    /** Whether this attempt still counts; it does not any more. */
    const end = (): boolean => {
      if (this.#attempt !== attempt) return false;
      this.#attempt = undefined;
      cancelTimer();
      return true;
    };
    const fail = (error: unknown) => {
      if (!end()) return;
      this.#failed(error);
      reject(error);
    };
    function giveUp(reason: unknown): void {
      fail(reason);
      controller.abort(reason);
    }
    Promise.resolve()
      .then(() => fetch(controller.signal))
      .then((value) => this.#keep(value, end, resolve))
      .catch(fail);
    return attempt;
  }

  #keep(value: T, end: () => boolean, resolve: (value: T) => void): void {
    const { expiresAt: expiryOf, clock, refreshBeforeMs = 300_000 } = this.#options;
    const now = clock.now();
    const expiresAt = expiryOf(value) ?? Number.POSITIVE_INFINITY;
    if (!end()) return;
    const aheadMs = Math.min(refreshBeforeMs, (expiresAt - now) / 2);
    this.#held = { value, expiresAt, refreshAt: expiresAt - aheadMs };
    // Even if it has expired already: the server decides, and its clock may differ from ours.
    resolve(value);
  }

  #failed(error: unknown): void {
    const { clock, retryAfterMs = 1_000, onStale } = this.#options;
    const now = clock.now();
    if (this.#held === undefined || now >= this.#held.expiresAt) return;
    this.#held.refreshAt = now + retryAfterMs;
    onStale?.(error);
  }
}

function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((accept, refuse) => {
    resolve = accept;
    reject = refuse;
  });
  return { promise, resolve, reject };
}
