import type { SendOutcome } from "@wirekit/core";

/**
 * What became of one message: exactly one of these, always. Only `delivered` and `unconfirmed` may have
 * arrived.
 */
export type KindoOutcome = SendOutcome<{ readonly trackingId: string }>;

/** An outcome, with the place of its message in the source: 0 for the first. */
export interface NumberedOutcome {
  readonly index: number;
  readonly outcome: KindoOutcome;
}

/** How many messages ended in which way. */
export type OutcomeCounts = Readonly<Record<KindoOutcome["kind"], number>>;

/** What became of many messages. */
export interface SendManyReport {
  /** One for every message that was taken from the source, in the source's order. */
  readonly outcomes: readonly KindoOutcome[];
  readonly counts: OutcomeCounts;
  /** What the source threw instead of its next message. Those before it have their outcomes. */
  readonly sourceError?: unknown;
}

/** How far a bulk send is. */
export interface SendManyProgress extends OutcomeCounts {
  /** Messages that have an outcome. */
  readonly done: number;
  /** Messages in all, where the source is an array. */
  readonly total: number | undefined;
}
