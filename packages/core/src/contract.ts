/** How long a `close` may take. */
export interface CloseOptions {
  /** In milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

/** What `close` left undone. Every client, bus and consumer returns this. */
export interface CloseReport<Item = never> {
  /** These never left. Safe to send again. */
  readonly notSent: readonly Item[];
  /** These went out, and nothing says that they arrived. */
  readonly unconfirmed: readonly Item[];
  /** How many messages were received and not settled. They are delivered again. */
  readonly notHandled: number;
}

/** Whether something does its work. */
export type HealthStatus =
  /** All is well. */
  | "ok"
  /** Something fails and is tried again. `reasons` says what. */
  | "degraded"
  /** It has stopped by itself, and does not go on. */
  | "failed"
  | "closing"
  | "closed";

/** One thing that keeps a client from its work. */
export interface HealthReason {
  /** The code of the error behind it: `"wirekit/connection"`. */
  readonly code: string;
  /** Says what is wrong, and what a person can do about it. Holds no credential and no body. */
  readonly message: string;
  /** For how long it has been so, in milliseconds. */
  readonly sinceMs: number;
}

/** What `health()` returns. Empty `reasons` go with `"ok"`. */
export interface Health {
  readonly status: HealthStatus;
  readonly reasons: readonly HealthReason[];
}

/**
 * What a client has done with the messages it was given to send, since it was made. At any time `accepted` is
 * the sum of all others.
 */
export interface SendStats {
  /** How many messages `send` and its kin were called with. */
  readonly accepted: number;
  readonly delivered: number;
  readonly rejected: number;
  readonly notSent: number;
  readonly dropped: number;
  readonly expired: number;
  readonly unconfirmed: number;
  /** Given to the client, and without an outcome yet. */
  readonly pending: number;
}

/**
 * What every client, bus and consumer of this house offers. Beside these methods: a constructor reads its
 * options and nothing else, `static fromEnv(env, overrides)` reads the environment, and one `ConfigError`
 * names every fault of both.
 */
export interface Client<Item = never, Stats extends object = object> extends AsyncDisposable {
  /** Counters since it was made. Returns at once. */
  stats(): Stats;
  /** Whether it does its work, and why not. Returns at once, without asking the peer. */
  health(): Health;
  /**
   * Takes nothing new, lets what runs come to its end, and returns what is left when the time is over,
   * whatever the other side does. Closing again returns the same report.
   *
   * @throws ConfigError when `timeoutMs` is not a number of milliseconds; nothing is closed then.
   */
  close(options?: CloseOptions): Promise<CloseReport<Item>>;
}
