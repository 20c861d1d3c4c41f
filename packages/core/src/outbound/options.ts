import { type Clock, type Random, systemClock } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { loggedListener } from "../kit/logged-listener.ts";
import { checkDurationMs, checkFunction, checkOneOf, checkWhole, throwFaults } from "../kit/option-checks.ts";
import { consoleLogger, type Logger } from "../logger.ts";
import { findRetryFaults, type RetryPolicy, withRetryDefaults } from "../retry-policy.ts";

/** One entry of a flush. */
export interface BatchEntry<Item> {
  readonly item: Item;
  /** What `keyOf` said. */
  readonly key: string | undefined;
  /** What `sizeOf` said; 0 without it. */
  readonly bytes: number;
  /** 1 on the first try. */
  readonly attempt: number;
}

/** What became of one entry in a flush. An error that is not a `WirekitError` counts as not retryable. */
export type EntryResult<Receipt> =
  | { readonly kind: "delivered"; readonly receipt: Receipt }
  /** It has not been delivered: the peer refused it, or it never left. */
  | { readonly kind: "failed"; readonly error: unknown }
  /** It went out, and nothing says what became of it. Retried like one that failed, but it may have arrived. */
  | { readonly kind: "unconfirmed"; readonly error: unknown };

/**
 * Sends `entries` in one request and says what became of each, in their order. If it throws a `WirekitError`, all of them have
 * failed with that error; if it throws anything else, nothing is known of them, and they are unconfirmed. `signal` fires on the
 * flush time-out and when `close` runs out of time.
 */
export type Flush<Item, Receipt> = (
  entries: readonly BatchEntry<Item>[],
  context: { readonly signal: AbortSignal },
) => Promise<readonly EntryResult<Receipt>[]>;

/** Entries of one flush have failed, and go out again after the pause. */
export interface BatchRetry<Item> {
  readonly error: WirekitError;
  readonly items: readonly Item[];
  readonly delayMs: number;
}

/** How a {@link Batcher} gathers, bounds and retries. */
export interface BatcherOptions<Item, Receipt> {
  readonly flush: Flush<Item, Receipt>;
  /** The most entries in one flush. */
  readonly maxEntries: number;
  /** The most bytes in one flush. Default: no limit. */
  readonly maxBytes?: number | undefined;
  /** The most bytes in one entry; a larger one is refused with `MessageTooLargeError`. Default: `maxBytes`. */
  readonly maxEntryBytes?: number | undefined;
  /** The exact size of an entry on the wire, overhead included. Needed where a limit is in bytes. */
  readonly sizeOf?: ((item: Item) => number) | undefined;
  /** The key whose entries keep their order; `undefined` for an item that has none and never waits for others. */
  readonly keyOf?: ((item: Item) => string | undefined) | undefined;
  /**
   * Whether the entries of one key are delivered or fail together (a Kafka partition in a request). Then they share a flush.
   * Default `false`: a flush can fail in part, so that order needs one entry per key and flush.
   */
  readonly atomicKeys?: boolean | undefined;
  /**
   * What to do about order where a flush can fail in part: `"strict"` keeps it by one entry per key and flush; `"best-effort"` puts many
   * entries of a key into a flush, and lets those that were delivered overtake those that are retried. Default `"strict"`.
   */
  readonly orderOnPartialFailure?: "strict" | "best-effort" | undefined;
  /** The longest that an entry waits for company, in milliseconds. Default 0: what is called in one turn goes together. */
  readonly lingerMs?: number | undefined;
  /** Flushes in flight at once. Default 4. */
  readonly maxInFlight?: number | undefined;
  /** The most entries that are held: waiting, in flight or between two tries. Default 10,000. */
  readonly maxPendingEntries?: number | undefined;
  /** The most bytes that are held; a larger entry is refused. Default 64 MiB where `sizeOf` is given. */
  readonly maxPendingBytes?: number | undefined;
  /** What `send` does when that is reached: wait for room, or reject with `QueueFullError`. Default `"wait"`. */
  readonly whenFull?: "wait" | "reject" | undefined;
  /** For entries that failed with a retryable error. Default: three tries within 30 seconds. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** After this time the signal of a flush fires, in milliseconds. Default 30,000. */
  readonly flushTimeoutMs?: number | undefined;
  /**
   * How long a flush may then take to end, in milliseconds. One that does not is abandoned: its entries are unconfirmed.
   * Default 1,000.
   */
  readonly flushGraceMs?: number | undefined;
  /** Told when entries are about to be retried. */
  readonly onRetry?: ((retry: BatchRetry<Item>) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** {@link BatcherOptions} with every default in its place. */
export interface ResolvedBatcherOptions<Item, Receipt> {
  readonly flush: Flush<Item, Receipt>;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly maxEntryBytes: number;
  readonly sizeOf: (item: Item) => number;
  readonly keyOf: (item: Item) => string | undefined;
  /** How many entries of one key may stand in one flush. */
  readonly perKey: "one" | "many";
  readonly lingerMs: number;
  readonly maxInFlight: number;
  readonly maxPendingEntries: number;
  readonly maxPendingBytes: number;
  readonly whenFull: "wait" | "reject";
  readonly retry: RetryPolicy;
  readonly flushTimeoutMs: number;
  readonly flushGraceMs: number;
  /** Never throws. */
  readonly onRetry: (retry: BatchRetry<Item>) => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const defaultMaxPendingBytes = 64 * 1024 * 1024;

/** @throws ConfigError naming every option at fault. */
export function resolveBatcherOptions<Item, Receipt>(
  options: BatcherOptions<Item, Receipt>,
): ResolvedBatcherOptions<Item, Receipt> {
  const { sizeOf, atomicKeys = false, orderOnPartialFailure = "strict", logger = consoleLogger } = options;
  const unlimited = Number.POSITIVE_INFINITY;
  const maxBytes = options.maxBytes ?? unlimited;
  const maxPendingBytes =
    options.maxPendingBytes ?? (sizeOf === undefined ? unlimited : defaultMaxPendingBytes);
  const resolved: ResolvedBatcherOptions<Item, Receipt> = {
    flush: options.flush,
    maxEntries: options.maxEntries,
    maxBytes,
    // An entry that is larger than all that may be held would wait for ever.
    maxEntryBytes: Math.min(options.maxEntryBytes ?? maxBytes, maxPendingBytes),
    sizeOf: sizeOf ?? (() => 0),
    keyOf: options.keyOf ?? (() => undefined),
    perKey: atomicKeys || orderOnPartialFailure === "best-effort" ? "many" : "one",
    lingerMs: options.lingerMs ?? 0,
    maxInFlight: options.maxInFlight ?? 4,
    maxPendingEntries: options.maxPendingEntries ?? 10_000,
    maxPendingBytes,
    whenFull: options.whenFull ?? "wait",
    retry: withRetryDefaults(options.retry),
    flushTimeoutMs: options.flushTimeoutMs ?? 30_000,
    flushGraceMs: options.flushGraceMs ?? 1_000,
    onRetry: loggedListener("The batcher's onRetry function", options.onRetry, logger),
    logger,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
  const bytes = { minimum: 1, unlimited: "allowed" } as const;
  const hasByteLimit = [options.maxBytes, options.maxEntryBytes, options.maxPendingBytes].some(
    (limit) => limit !== undefined && limit !== unlimited,
  );
  throwFaults([
    checkFunction("flush", options.flush, "required"),
    checkFunction("sizeOf", sizeOf, hasByteLimit ? "required" : "optional"),
    checkFunction("keyOf", options.keyOf, "optional"),
    checkFunction("onRetry", options.onRetry, "optional"),
    checkWhole("maxEntries", resolved.maxEntries, { minimum: 1 }),
    checkWhole("maxBytes", maxBytes, bytes),
    checkWhole("maxEntryBytes", options.maxEntryBytes ?? maxBytes, bytes),
    options.maxEntryBytes !== undefined && options.maxEntryBytes > maxBytes
      ? { path: "maxEntryBytes", message: "must be at most maxBytes, or the entry fits into no flush" }
      : undefined,
    checkOneOf("orderOnPartialFailure", orderOnPartialFailure, ["strict", "best-effort"]),
    checkDurationMs("lingerMs", resolved.lingerMs, { minimum: 0 }),
    checkWhole("maxInFlight", resolved.maxInFlight, { minimum: 1 }),
    checkWhole("maxPendingEntries", resolved.maxPendingEntries, { minimum: 1, unlimited: "allowed" }),
    checkWhole("maxPendingBytes", maxPendingBytes, bytes),
    checkOneOf("whenFull", resolved.whenFull, ["wait", "reject"]),
    ...findRetryFaults(resolved.retry, "retry"),
    checkDurationMs("flushTimeoutMs", resolved.flushTimeoutMs, { minimum: 1 }),
    checkDurationMs("flushGraceMs", resolved.flushGraceMs, { minimum: 0 }),
  ]);
  return resolved;
}
