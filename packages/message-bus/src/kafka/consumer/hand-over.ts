import type { FetchBuffer } from "@wirekit/core/inbound";
import type { ReceivedFacts } from "../../received.ts";
import type { ConsumedRecord } from "../kafka-driver.ts";
import { heldBytesOf } from "../record-reader.ts";
import type { Epoch } from "./epoch.ts";
import type { FailureMemory } from "./failure-memory.ts";
import type { HeldPartition } from "./held-partition.ts";
import { type DeliveryFacts, firstDelivery, HeldRecord, type KafkaDelivery } from "./kafka-delivery.ts";
import type { Stopping } from "./stopping.ts";

export interface HandOverParts {
  readonly facts: DeliveryFacts;
  readonly failures: FailureMemory;
  readonly stopping: Stopping;
  readonly onDelivered: (facts: ReceivedFacts) => void;
}

/** Makes deliveries of what was read ahead, one by one, when there is a slot: what waits for one is bytes and nothing else. */
export class HandOver implements FetchBuffer<KafkaDelivery> {
  readonly #parts: HandOverParts;
  readonly #openEpoch: () => Epoch | undefined;

  /** @param openEpoch the assignment, as long as anything of it may be begun. */
  constructor(parts: HandOverParts, openEpoch: () => Epoch | undefined) {
    this.#parts = parts;
    this.#openEpoch = openEpoch;
  }

  get size(): number {
    return this.#openEpoch()?.readAhead.size ?? 0;
  }

  take(): KafkaDelivery | undefined {
    const epoch = this.#openEpoch();
    if (epoch === undefined) return undefined;
    const { readAhead } = epoch;
    for (let stretch = readAhead.first; stretch !== undefined; stretch = readAhead.first) {
      const { partition } = stretch;
      const consumed = readAhead.read(stretch);
      const delivery = consumed && this.#hold(partition, consumed);
      if (readAhead.leave(stretch)) epoch.readUpTo(partition);
      if (delivery === undefined) continue;
      this.#parts.stopping.watch(partition);
      this.#parts.onDelivered(delivery.received);
      return delivery;
    }
    return undefined;
  }

  #hold(partition: HeldPartition, consumed: ConsumedRecord): KafkaDelivery {
    const { facts, failures } = this.#parts;
    const { offset } = consumed;
    const failed = failures.take(partition, offset);
    const record = new HeldRecord(partition.partition, offset, heldBytesOf(consumed), failed);
    const delivery = firstDelivery(record, consumed, facts);
    partition.hold(record);
    return delivery;
  }
}
