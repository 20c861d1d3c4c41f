import type { SendStats } from "../contract.ts";
import type { SendOutcome } from "../outcome.ts";

/** Counts what a client sends, so that `accepted` is always the sum of the rest. */
export class SendCounter {
  readonly #counts = {
    accepted: 0,
    delivered: 0,
    rejected: 0,
    notSent: 0,
    dropped: 0,
    expired: 0,
    unconfirmed: 0,
  };
  #settled = 0;

  accept(): void {
    this.#counts.accepted += 1;
  }

  settle(kind: SendOutcome["kind"]): void {
    this.#settled += 1;
    this.#counts[kind === "not-sent" ? "notSent" : kind] += 1;
  }

  stats(): SendStats {
    return { ...this.#counts, pending: this.#counts.accepted - this.#settled };
  }
}
