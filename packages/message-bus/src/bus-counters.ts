import type { BusStats } from "./message-bus.ts";
import type { ReceivedFacts } from "./received.ts";

/** Counts what a bus does. */
export class BusCounters {
  readonly #counts = { sent: 0, notSent: 0, received: 0, invalid: 0, redelivered: 0, acknowledged: 0 };

  stats(): BusStats {
    return { ...this.#counts };
  }

  sent(): void {
    this.#counts.sent += 1;
  }

  notSent(): void {
    this.#counts.notSent += 1;
  }

  received({ attempt }: Pick<ReceivedFacts, "attempt">): void {
    this.#counts.received += 1;
    if (attempt !== undefined && attempt > 1) this.#counts.redelivered += 1;
  }

  /** What was received, and counted, turned out to be no message. */
  invalid(): void {
    this.#counts.invalid += 1;
  }

  acknowledged(): void {
    this.#counts.acknowledged += 1;
  }
}
