import type { SendOutcome } from "../outcome.ts";
import type { BacklogEntry, Lane } from "./backlog.ts";
import type { Generation } from "./generations.ts";

/** What became of one item: an outcome of core's vocabulary, with the receipt where there is one. */
export type BatchOutcome<Receipt> = SendOutcome<{ readonly receipt: Receipt }>;

/**
 * Tells the caller of `item`; `reason` is what a call that rejects rejects with. With the item at hand, one function can serve all calls: a closure for
 * each of many that wait is one more thing for the garbage collector to carry along.
 */
export type Settle<Item, Receipt> = (outcome: BatchOutcome<Receipt>, reason: unknown, item: Item) => void;

/** Who waits for an item, and is told once. */
export type Caller<Item, Receipt> = Settle<Item, Receipt> | PromiseCaller<Receipt>;

/** The two ends of a promise. One small object, where a closure would keep all that is around it alive for as long as the item waits. */
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

/** Tells a caller. */
export function tell<Item, Receipt>(
  caller: Caller<Item, Receipt>,
  outcome: BatchOutcome<Receipt>,
  reason: unknown,
  item: Item,
): void {
  if (typeof caller === "function") caller(outcome, reason, item);
  else caller.settle(outcome, reason);
}

/** Where an entry is on its way. */
export type Stage = "wants-room" | "waits" | "in-flight" | "gone";

/** One item from the call to its outcome. */
export class Entry<Item, Receipt> implements BacklogEntry<Entry<Item, Receipt>> {
  previous: Entry<Item, Receipt> | undefined = undefined;
  next: Entry<Item, Receipt> | undefined = undefined;
  list: object | undefined = undefined;
  lane: Lane<Entry<Item, Receipt>> | undefined = undefined;

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
  /** Those it was given with, as far as `flush()` tells. */
  generation: Generation | undefined = undefined;
  /** Gone once it has been told. */
  caller: Caller<Item, Receipt> | undefined;
  /** Lets go of the caller's signal and time limit. */
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
