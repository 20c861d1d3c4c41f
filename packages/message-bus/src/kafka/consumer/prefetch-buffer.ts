import type { FetchBuffer } from "@wirekit/core/inbound";
import type { ReceivedFacts } from "../../received.ts";
import type { ConsumedRecord } from "../kafka-driver.ts";
import { bufferedBytesOf } from "../record-reader.ts";
import type { OpenAssignment } from "./assignment.ts";
import type { FailureMemory } from "./failure-memory.ts";
import { type DeliveryFacts, firstDelivery, type KafkaDelivery, OpenRecord } from "./kafka-delivery.ts";
import type { OpenPartition } from "./open-partition.ts";
import type { StoppedKeys } from "./stopped-keys.ts";

/** What a {@link PrefetchBuffer} needs of its source. */
export interface PrefetchBufferOptions {
  readonly facts: DeliveryFacts;
  readonly failures: FailureMemory;
  readonly stoppedKeys: StoppedKeys;
  readonly onDelivered: (facts: ReceivedFacts) => void;
}

/**
 * Makes deliveries of what was prefetched, one by one, when there is a slot: what waits for one is bytes and
 * nothing else.
 */
export class PrefetchBuffer implements FetchBuffer<KafkaDelivery> {
  readonly #options: PrefetchBufferOptions;
  readonly #openAssignment: () => OpenAssignment | undefined;

  /** @param openAssignment the assignment, as long as anything of it may be begun. */
  constructor(options: PrefetchBufferOptions, openAssignment: () => OpenAssignment | undefined) {
    this.#options = options;
    this.#openAssignment = openAssignment;
  }

  get size(): number {
    return this.#openAssignment()?.prefetched.size ?? 0;
  }

  take(): KafkaDelivery | undefined {
    const assignment = this.#openAssignment();
    if (assignment === undefined) return undefined;
    const { prefetched } = assignment;
    for (let batch = prefetched.first; batch !== undefined; batch = prefetched.first) {
      const { partition } = batch;
      const consumed = prefetched.read(batch);
      const delivery = consumed && this.#hold(partition, consumed);
      if (prefetched.leave(batch)) assignment.readUpTo(partition);
      if (delivery === undefined) continue;
      this.#options.stoppedKeys.watch(partition);
      this.#options.onDelivered(delivery.received);
      return delivery;
    }
    return undefined;
  }

  #hold(partition: OpenPartition, consumed: ConsumedRecord): KafkaDelivery {
    const { facts, failures } = this.#options;
    const { offset } = consumed;
    const failed = failures.take(partition, offset);
    const record = new OpenRecord(partition.partition, offset, bufferedBytesOf(consumed), failed);
    const delivery = firstDelivery(record, consumed, facts);
    partition.hold(record);
    return delivery;
  }
}
