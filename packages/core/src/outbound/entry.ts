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
  /** Those it was given with, as far as `flush()` tells. */
  generation: Generation | undefined = undefined;
  /** Gone once the caller has been told. */
  settle: Settle<Item, Receipt> | undefined;
  /** Lets go of the caller's signal and time limit. */
  release: (() => void) | undefined = undefined;

  constructor(item: Item, facts: EntryFacts<Item, Receipt>) {
    this.item = item;
    this.key = facts.key;
    this.bytes = facts.bytes;
    this.createdAt = facts.createdAt;
    this.settle = facts.settle;
  }
}

interface EntryFacts<Item, Receipt> {
  readonly key: string | undefined;
  readonly bytes: number;
  readonly createdAt: number;
  readonly settle: Settle<Item, Receipt>;
}
