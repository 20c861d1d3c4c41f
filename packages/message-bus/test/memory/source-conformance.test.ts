import { describe, it } from "@jest/globals";
import { ManualClock, type PlacedMessage, type SourcePlace, sourceConformance } from "@wirekit/core/testing";
import type { Delivery } from "../../src/memory/memory-group.ts";
import { type MemoryDelivery, MemorySource } from "../../src/memory/memory-source.ts";
import { MemoryTarget } from "../../src/memory/memory-target.ts";
import { ReceivedRecord } from "../../src/received.ts";

/** One group of a target in memory, on a clock that the suite moves. */
class MemoryPlace implements SourcePlace<MemoryDelivery> {
  readonly clock = new ManualClock();
  readonly #target = new MemoryTarget("orders", { maxMessages: 1_000, maxBytes: 1_000_000 }, this.clock);
  readonly #group = this.#target.group("group");
  readonly #delivered = new Map<number, Delivery>();
  readonly #acknowledged: string[] = [];

  makeSource(): MemorySource {
    return new MemorySource({
      group: this.#group,
      visibilityTimeoutMs: 30_000,
      clock: this.clock,
      factsOf: (delivery) => {
        const { stored, attempt } = delivery;
        this.#delivered.set(stored.sequence, delivery);
        const { key, text: raw, sentAt, headers, sequence } = stored;
        const receiptHandle = `${sequence}-${attempt}`;
        return new ReceivedRecord({ target: "orders", receiptHandle, raw, key, attempt, sentAt, headers });
      },
      onAcknowledged: ({ raw }) => void this.#acknowledged.push(raw),
    });
  }

  put({ name, key }: PlacedMessage): void {
    this.#target.send({ text: name, bytes: name.length, key, headers: {}, sentAt: new Date(0) });
  }

  nameOf({ body }: MemoryDelivery): string {
    return body;
  }

  acknowledged(): readonly string[] {
    return this.#acknowledged;
  }

  advance(durationMs: number): Promise<void> {
    return this.clock.advance(durationMs);
  }

  /** Each message may be delivered again, as when a process was held up. */
  loseLeases(): void {
    for (const { stored, attempt } of this.#delivered.values()) {
      this.#group.postpone(stored.sequence, attempt, 0);
    }
  }
}

describe("the source in memory", () => {
  for (const { name, run } of sourceConformance(() => new MemoryPlace())) it(name, run);
});
