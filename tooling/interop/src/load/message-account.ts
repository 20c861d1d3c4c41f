import type { Entry } from "./ledger.ts";

/** What the account came to. */
export interface Balance {
  readonly accepted: number;
  /** What senders were told that it was not, or not certainly, accepted. */
  readonly notAccepted: number;
  /** Accepted, or perhaps accepted, messages that were handled. */
  readonly handled: number;
  /** Handled more than once, because a process or the server died between handling and deleting. */
  readonly again: number;
  /** Accepted and not handled so far. */
  readonly missing: number;
  /** What cannot be explained by anything that happened: empty where the account adds up. */
  readonly faults: readonly string[];
}

/** The only outcome but `delivered` after which the server may have the message. */
const mayHaveArrived = "unconfirmed";
const maxFaults = 20;

/**
 * Adds up what was accepted, what was handled and what was reported otherwise, and sees to the order of each
 * group on FIFO queues. Entries come in the order in which they were made.
 */
export class MessageAccount {
  readonly #accepted = new Map<string, boolean>();
  readonly #otherwise = new Map<string, string>();
  readonly #handled = new Set<string>();
  readonly #deleted = new Set<string>();
  readonly #last = new Map<string, number>();
  readonly #faults: string[] = [];
  /** By message: after which of its group it was handled. */
  readonly #disorders = new Map<string, string>();
  #isOrderAsked = true;
  #again = 0;
  #missing = 0;

  add(entry: Entry): void {
    if (entry.is === "deleted") {
      this.#deleted.add(entry.messageId);
      return;
    }
    const message = `${entry.queue} ${entry.n}`;
    if (entry.is === "accepted") {
      this.#accepted.set(message, true);
      if (!this.#handled.has(message)) this.#missing += 1;
    } else if (entry.is === "not-accepted") {
      this.#otherwise.set(message, entry.outcome);
    } else this.#addHandled(message, entry);
  }

  /** From now on the order of what is handled is not asked for. */
  forgetOrder(): void {
    this.#isOrderAsked = false;
  }

  balance(): Balance {
    const faults = [...this.#faults];
    // What its sender was told that it may not have arrived may arrive late: those behind it were not held up
    // for it.
    for (const [message, disorder] of this.#disorders)
      if (!this.#otherwise.has(message)) faults.push(disorder);
    for (const message of this.#handled) {
      const outcome = this.#otherwise.get(message);
      const known = this.#accepted.has(message) || outcome === mayHaveArrived;
      if (!known) faults.push(`${message} was handled, though its sender was told: ${outcome ?? "nothing"}`);
    }
    if (this.#missing > 0)
      for (const message of this.#accepted.keys())
        if (!this.#handled.has(message)) faults.push(`${message} was accepted, and is not handled`);
    return {
      accepted: this.#accepted.size,
      notAccepted: this.#otherwise.size,
      handled: this.#handled.size,
      again: this.#again,
      missing: this.#missing,
      faults: faults.slice(0, maxFaults),
    };
  }

  #addHandled(message: string, entry: Entry & { readonly is: "handled" }): void {
    const { queue, n, group, messageId } = entry;
    if (this.#deleted.has(messageId))
      this.#faults.push(`${message} was handled after its delete was confirmed`);
    if (this.#handled.has(message)) {
      this.#again += 1;
      return;
    }
    this.#handled.add(message);
    if (this.#accepted.has(message)) this.#missing -= 1;
    if (!queue.endsWith(".fifo") || !this.#isOrderAsked) return;
    const key = `${queue} ${group}`;
    const before = this.#last.get(key) ?? -1;
    if (n < before)
      this.#disorders.set(message, `${message} was handled after ${before} of its group ${group}`);
    this.#last.set(key, Math.max(before, n));
  }
}
