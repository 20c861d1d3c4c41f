import type { CloseReport } from "../contract.ts";
import { ConfigError } from "../errors/config-error.ts";
import { MessageTooLargeError } from "../errors/message-too-large-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import type { SendOutcome } from "../outcome.ts";
import type { Checkpoint } from "./checkpoints.ts";
import type { ResolvedBatcherOptions } from "./options.ts";
import type { KeyQueue, QueuedEntry } from "./send-queue.ts";

/** What became of one item: one of core's outcomes, with the receipt if it was delivered. */
export type BatchOutcome<Receipt> = SendOutcome<{ readonly receipt: Receipt }>;

/**
 * Tells the caller of `item` its outcome. `reason` is what a single send rejects with. The item is passed so
 * that one function can serve all calls: see "Closures that wait" in docs/performance.md.
 */
export type Settle<Item, Receipt> = (outcome: BatchOutcome<Receipt>, reason: unknown, item: Item) => void;

/** The caller of an item: a callback or a promise, told its outcome once. */
export type Caller<Item, Receipt> = Settle<Item, Receipt> | PromiseCaller<Receipt>;

/** The two ends of a promise, in one small object: see "Closures that wait" in docs/performance.md. */
export class PromiseCaller<Receipt> {
  readonly #resolve: (receipt: Receipt) => void;
  readonly #reject: (reason: unknown) => void;

  constructor(resolve: (receipt: Receipt) => void, reject: (reason: unknown) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  settle(outcome: BatchOutcome<Receipt>, reason: unknown): void {
    if (outcome.kind === "delivered") this.#resolve(outcome.receipt);
    else this.#reject(reason);
  }
}

/** Tells a caller its outcome. */
export function tell<Item, Receipt>(
  caller: Caller<Item, Receipt>,
  outcome: BatchOutcome<Receipt>,
  reason: unknown,
  item: Item,
): void {
  if (typeof caller === "function") caller(outcome, reason, item);
  else caller.settle(outcome, reason);
}

/** How far an entry has come. */
export type Stage = "wants-room" | "waits" | "in-flight" | "gone";

/** One item, from the call to its outcome. */
export class Entry<Item, Receipt> implements QueuedEntry<Entry<Item, Receipt>> {
  previous: Entry<Item, Receipt> | undefined = undefined;
  next: Entry<Item, Receipt> | undefined = undefined;
  list: object | undefined = undefined;
  keyQueue: KeyQueue<Entry<Item, Receipt>> | undefined = undefined;

  readonly item: Item;
  readonly key: string | undefined;
  readonly bytes: number;
  readonly createdAt: number;
  stage: Stage = "wants-room";
  /** How often it has been in a flush. */
  attempts = 0;
  /** When its first flush began. */
  firstTriedAt = 0;
  /** Whether a try went out without an answer. A later refusal does not undo that. */
  mayHaveArrived = false;
  /** The call of `flush()` that waits for it, or the next one. */
  checkpoint: Checkpoint | undefined = undefined;
  /** `undefined` once it has been told. */
  caller: Caller<Item, Receipt> | undefined;
  /** Stops watching the caller's signal and time limit. */
  release: (() => void) | undefined = undefined;

  constructor(item: Item, facts: EntryFacts<Item, Receipt>) {
    this.item = item;
    this.key = facts.key;
    this.bytes = facts.bytes;
    this.createdAt = facts.createdAt;
    this.caller = facts.caller;
  }
}

interface EntryFacts<Item, Receipt> {
  readonly key: string | undefined;
  readonly bytes: number;
  readonly createdAt: number;
  readonly caller: Caller<Item, Receipt>;
}

/** The size and key of an item, or why it cannot be batched. */
export type Measured =
  | { readonly kind: "measured"; readonly key: string | undefined; readonly bytes: number }
  | { readonly kind: "unfit"; readonly error: WirekitError };

/** Asks the user's functions for size and key. If they throw or return nonsense, only this item fails. */
export function measure<Item>(
  item: Item,
  options: Pick<ResolvedBatcherOptions<Item, unknown>, "sizeOf" | "keyOf" | "maxEntryBytes">,
): Measured {
  try {
    const bytes = options.sizeOf(item);
    const key = options.keyOf(item);
    if (!Number.isSafeInteger(bytes) || bytes < 0)
      return unfit("sizeOf", "must return a whole number of bytes");
    if (key !== undefined && typeof key !== "string")
      return unfit("keyOf", "must return a text, or undefined");
    if (bytes <= options.maxEntryBytes) return { kind: "measured", key, bytes };
    return { kind: "unfit", error: new MessageTooLargeError({ bytes, maxBytes: options.maxEntryBytes }) };
  } catch (thrown) {
    return { kind: "unfit", error: WirekitError.from(thrown) };
  }
}

function unfit(path: string, message: string): Measured {
  return { kind: "unfit", error: new ConfigError([{ path, message }]) };
}

/** Whether the item may arrive, or have arrived, whatever becomes of it now. */
export function hasLeft({
  stage,
  mayHaveArrived,
}: Pick<Entry<never, never>, "stage" | "mayHaveArrived">): boolean {
  return stage === "in-flight" || mayHaveArrived;
}

/** What a close could not finish. */
export function reportOf<Item>(entries: readonly Entry<Item, never>[]): CloseReport<Item> {
  const itemsOf = (some: readonly Entry<Item, never>[]) => some.map(({ item }) => item);
  return {
    notSent: itemsOf(entries.filter((entry) => !hasLeft(entry))),
    unconfirmed: itemsOf(entries.filter(hasLeft)),
    notHandled: 0,
  };
}

/**
 * The last error, unless an earlier try went out without an answer: what the peer refuses now may have
 * arrived then.
 */
export function finalError(
  { mayHaveArrived }: Pick<Entry<never, never>, "mayHaveArrived">,
  last: WirekitError,
): WirekitError {
  if (!mayHaveArrived || last instanceof UnconfirmedError) return last;
  return new UnconfirmedError("The message", { cause: last, details: last.details });
}
