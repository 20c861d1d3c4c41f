import type { Clock, Random } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { Faults } from "../kit/faults.ts";
import { loggedListener } from "../kit/logged-listener.ts";
import { option } from "../kit/option-rules.ts";
import { type OptionsOf, readOptions } from "../kit/read-options.ts";
import type { Logger } from "../logger.ts";
import type { RetryPolicy } from "../retry-policy.ts";

/** One entry of a flush. */
export interface BatchEntry<Item> {
  readonly item: Item;
  /** What `keyOf` returned. */
  readonly key: string | undefined;
  /** What `sizeOf` returned; 0 without it. */
  readonly bytes: number;
  /** 1 on the first try. */
  readonly attempt: number;
}

/** What became of one entry in a flush. An error that is not a `WirekitError` counts as not retryable. */
export type EntryResult<Receipt> =
  | { readonly kind: "delivered"; readonly receipt: Receipt }
  /** It has not been delivered: the peer refused it, or it never left. */
  | { readonly kind: "failed"; readonly error: unknown }
  /**
   * It went out, and nothing says what became of it. Retried like one that failed, but it may have arrived.
   */
  | { readonly kind: "unconfirmed"; readonly error: unknown };

/**
 * Sends `entries` in one request and says what became of each, in their order. If it throws a `WirekitError`,
 * all of them have failed with that error; if it throws anything else, nothing is known of them, and they are
 * unconfirmed. `signal` fires on the flush time-out and when `close` runs out of time.
 */
export type Flush<Item, Receipt> = (
  entries: readonly BatchEntry<Item>[],
  context: { readonly signal: AbortSignal },
) => Promise<readonly EntryResult<Receipt>[]>;

/** Entries of one flush have failed and go out again after the pause. */
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
  /**
   * The most bytes in one entry; a larger one is refused with `MessageTooLargeError`. Default: `maxBytes`.
   */
  readonly maxEntryBytes?: number | undefined;
  /** The exact size of an entry on the wire, overhead included. Needed where a limit is in bytes. */
  readonly sizeOf?: ((item: Item) => number) | undefined;
  /**
   * The key whose entries keep their order; `undefined` for an item that has none and never waits for others.
   */
  readonly keyOf?: ((item: Item) => string | undefined) | undefined;
  /**
   * How the entries of one key fail: `"apart"`, or `"together"`, as those of a Kafka partition in one request
   * do. Entries that fail together share a flush; where a flush can fail in part, order needs one entry per
   * key and flush. Default `"apart"`.
   */
  readonly keysFail?: "apart" | "together" | undefined;
  /**
   * What to do about order where a flush can fail in part: `"strict"` keeps it by one entry per key and
   * flush; `"best-effort"` puts many entries of a key into a flush, and lets those that were delivered
   * overtake those that are retried. Default `"strict"`.
   */
  readonly orderOnPartialFailure?: "strict" | "best-effort" | undefined;
  /**
   * The longest that an entry waits for company, in milliseconds. Default 0: what is called in one turn goes
   * together.
   */
  readonly lingerMs?: number | undefined;
  /** Flushes in flight at once. Default 4. */
  readonly maxInFlight?: number | undefined;
  /** The most entries that are held: waiting, in flight or between two tries. Default 10,000. */
  readonly maxPendingEntries?: number | undefined;
  /** The most bytes that are held; a larger entry is refused. Default 64 MiB where `sizeOf` is given. */
  readonly maxPendingBytes?: number | undefined;
  /**
   * What `send` does when that is reached: wait for room, or reject with `QueueFullError`. Default `"wait"`.
   */
  readonly whenFull?: "wait" | "reject" | undefined;
  /** For entries that failed with a retryable error. Default: three tries within 30 seconds. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** After this time the signal of a flush fires, in milliseconds. Default 30,000. */
  readonly flushTimeoutMs?: number | undefined;
  /**
   * How long a flush may then take to end, in milliseconds. One that does not is abandoned: its entries are
   * unconfirmed. Default 1,000.
   */
  readonly flushGraceMs?: number | undefined;
  /** Called before entries are retried. */
  readonly onRetry?: ((retry: BatchRetry<Item>) => void) | undefined;
  readonly logger?: Logger | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

const byteLimit = { minimum: 1, unlimited: "allowed" } as const;

const rules = {
  flush: option.fn<Flush<unknown, unknown>, { presence: "required" }>({ presence: "required" }),
  maxEntries: option.whole({ minimum: 1, presence: "required" }),
  maxBytes: option.whole(byteLimit),
  maxEntryBytes: option.whole(byteLimit),
  sizeOf: option.fn<(item: never) => number>(),
  keyOf: option.fn<(item: never) => string | undefined>(),
  keysFail: option.oneOf(["apart", "together"], { default: "apart" }),
  orderOnPartialFailure: option.oneOf(["strict", "best-effort"], { default: "strict" }),
  lingerMs: option.durationMs({ minimum: 0, default: 0 }),
  maxInFlight: option.whole({ minimum: 1, default: 4 }),
  maxPendingEntries: option.whole({ minimum: 1, unlimited: "allowed", default: 10_000 }),
  maxPendingBytes: option.whole(byteLimit),
  whenFull: option.oneOf(["wait", "reject"], { default: "wait" }),
  retry: option.retry(),
  flushTimeoutMs: option.durationMs({ minimum: 1, default: 30_000 }),
  flushGraceMs: option.durationMs({ minimum: 0, default: 1_000 }),
  onRetry: option.fn<(retry: BatchRetry<never>) => void>(),
  logger: option.logger(),
  clock: option.clock(),
  random: option.random(),
};

/** {@link BatcherOptions} with every default in its place. */
export interface ResolvedBatcherOptions<Item, Receipt>
  extends Omit<OptionsOf<typeof rules>, "flush" | "onRetry"> {
  readonly flush: Flush<Item, Receipt>;
  readonly maxBytes: number;
  readonly maxEntryBytes: number;
  readonly maxPendingBytes: number;
  readonly sizeOf: (item: Item) => number;
  readonly keyOf: (item: Item) => string | undefined;
  /** How many entries of one key may stand in one flush. */
  readonly entriesPerKey: "one" | "many";
  /** Never throws. */
  readonly onRetry: (retry: BatchRetry<Item>) => void;
}

const defaultMaxPendingBytes = 64 * 1024 * 1024;

/** @throws ConfigError naming every option at fault. */
export function resolveBatcherOptions<Item, Receipt>(
  options: BatcherOptions<Item, Receipt>,
): ResolvedBatcherOptions<Item, Receipt> {
  const faults = new Faults();
  const read = readOptions(options, rules, faults);
  const unlimited = Number.POSITIVE_INFINITY;
  const { maxBytes = unlimited, maxEntryBytes = maxBytes, logger } = read;
  const hasByteLimit = [read.maxBytes, read.maxEntryBytes, read.maxPendingBytes].some(
    (limit) => limit !== undefined && limit !== unlimited,
  );
  if (hasByteLimit && read.sizeOf === undefined)
    faults.add({ path: "sizeOf", message: "is required where a limit is in bytes" });
  if (maxEntryBytes > maxBytes)
    faults.add({
      path: "maxEntryBytes",
      message: "must be at most maxBytes, or the entry fits into no flush",
    });
  faults.throwIfAny();

  const { sizeOf, keyOf, flush, onRetry } = options;
  const { maxPendingBytes = sizeOf === undefined ? unlimited : defaultMaxPendingBytes } = read;
  return {
    ...read,
    flush,
    maxBytes,
    // An entry that is larger than all that may be held would wait for ever.
    maxEntryBytes: Math.min(maxEntryBytes, maxPendingBytes),
    maxPendingBytes,
    sizeOf: sizeOf ?? (() => 0),
    keyOf: keyOf ?? (() => undefined),
    entriesPerKey:
      read.keysFail === "together" || read.orderOnPartialFailure === "best-effort" ? "many" : "one",
    onRetry: loggedListener("The batcher's onRetry function", onRetry, logger),
  };
}
