import { SendCounter } from "@wirekit/core/kit";
import type { BusStats } from "./message-bus.ts";
import type { ReceivedFacts } from "./received.ts";

/** Counts what a bus does. */
export class BusCounters {
  readonly sends = new SendCounter();
  readonly #counts = {
    received: 0,
    invalid: 0,
    redelivered: 0,
    acknowledged: 0,
  };

  stats(): BusStats {
    return { sends: this.sends.stats(), ...this.#counts };
  }

  received({ attempt }: Pick<ReceivedFacts, "attempt">): void {
    this.#counts.received += 1;
    if (attempt !== undefined && attempt > 1) this.#counts.redelivered += 1;
  }

  /** A delivery that was counted as received turned out to be no message. */
  invalid(): void {
    this.#counts.invalid += 1;
  }

  acknowledged(): void {
    this.#counts.acknowledged += 1;
  }
}
