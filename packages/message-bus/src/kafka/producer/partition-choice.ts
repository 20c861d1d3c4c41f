import type { Random } from "@wirekit/core";
import { partitionForKey } from "../../wire/partition-for-key.ts";

/** As Java's producer: after so many bytes the records without a key go on with another partition. */
const stickyBytes = 16 * 1024;

interface Sticky {
  partition: number;
  bytes: number;
}

/**
 * Chooses a partition for each record. A key decides by its hash, as in Java, Python and librdkafka. Records
 * without a key stay with one partition until a request has gone out or 16 KiB of them are together, and then
 * go on with another one drawn by lot: that fills batches, and spreads the load all the same.
 */
export class PartitionChoice {
  readonly #random: Random;
  readonly #sticky = new Map<string, Sticky>();

  constructor(random: Random) {
    this.#random = random;
  }

  choose(topic: string, key: string | Uint8Array | undefined, bytes: number, partitionCount: number): number {
    if (key !== undefined) return partitionForKey(key, partitionCount);
    let sticky = this.#sticky.get(topic);
    if (sticky === undefined || sticky.bytes >= stickyBytes || sticky.partition >= partitionCount) {
      sticky = { partition: this.#another(partitionCount, sticky?.partition), bytes: 0 };
      this.#sticky.set(topic, sticky);
    }
    sticky.bytes += bytes;
    return sticky.partition;
  }

  /** A request is about to go out: what comes from now on goes elsewhere. */
  moveOn(): void {
    for (const sticky of this.#sticky.values()) sticky.bytes = Number.POSITIVE_INFINITY;
  }

  #another(partitionCount: number, previous: number | undefined): number {
    if (previous === undefined || previous >= partitionCount) return this.#below(partitionCount);
    if (partitionCount === 1) return 0;
    const drawn = this.#below(partitionCount - 1);
    return drawn >= previous ? drawn + 1 : drawn;
  }

  #below(count: number): number {
    return Math.min(Math.floor(this.#random() * count), count - 1);
  }
}
