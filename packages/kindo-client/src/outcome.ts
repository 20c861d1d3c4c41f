import type { Delivered, NotSent, Rejected } from "@wirekit/core";

/** What became of one message of many: exactly one of these, always. */
export type KindoOutcome =
  /** The service has accepted it. */
  | (Delivered & { readonly trackingId: string })
  /** It was invalid, was refused, or could not be sent; `error` says which. */
  | Rejected
  /** Its turn did not come before the abort, or before the client was closed. Safe to send again. */
  | NotSent;

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
