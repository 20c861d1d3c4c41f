import type { Clock, Random, WirekitError } from "@wirekit/core";
import type { KafkajsClient } from "./kafkajs-client.ts";

/** What a member needs besides its options. */
export interface MemberContext {
  /** Loads kafkajs and makes a client; does not connect. */
  readonly open: () => Promise<KafkajsClient>;
  /** What is told of an error of kafkajs. */
  readonly errorOf: (what: string, thrown: unknown) => WirekitError;
  readonly topicCreation: "allow" | "never";
  /** For how long the partitions of a topic are believed to be what they were. */
  readonly metadataMaxAgeMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** Pauses between tries, in milliseconds: short, because a rebalance waits for members that come back. */
export const memberBackoff = { baseDelayMs: 100, maxDelayMs: 2_000 } as const;

/** Whom a member tells how it is. */
export interface HealthListener {
  onFault(error: WirekitError): void;
  onRecovered(): void;
}

/**
 * Tells when something that a member does begins to fail, or fails for another reason, and once when nothing
 * does any more.
 */
export class MemberHealth {
  readonly #listener: HealthListener;
  readonly #failing = new Map<string, string>();

  constructor(listener: HealthListener) {
    this.#listener = listener;
  }

  failed(what: string, error: WirekitError): void {
    const isKnown = this.#failing.get(what) === error.code;
    if (this.#failing.size === 0 || !isKnown) this.#listener.onFault(error);
    this.#failing.set(what, error.code);
  }

  works(what: string): void {
    if (this.#failing.delete(what) && this.#failing.size === 0) this.#listener.onRecovered();
  }
}
