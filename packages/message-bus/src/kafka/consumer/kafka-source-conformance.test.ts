import { describe, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { ManualClock, type PlacedMessage, type SourcePlace, sourceConformance } from "@wirekit/core/testing";
import type { ConsumedRecord, GroupMember, MemberListener } from "../kafka-driver.ts";
import { readerOf } from "../record-reader.ts";
import type { KafkaDelivery } from "./kafka-delivery.ts";
import { KafkaSource } from "./kafka-source.ts";

const topic = "payments";

/** One partition, and the member that reads it, which the suite plays. */
class PartitionPlace implements SourcePlace<KafkaDelivery> {
  readonly clock = new ManualClock();
  /** The source bounds bytes by itself. */
  readonly capacity = Number.POSITIVE_INFINITY;
  readonly #log: PlacedMessage[] = [];
  readonly #acknowledged: string[] = [];
  #committed = 0n;
  #reader: { readonly listener: MemberListener; position: bigint } | undefined;

  makeSource(): KafkaSource {
    return new KafkaSource({
      driver: { openMember: () => this.#member() },
      member: {
        topic,
        groupId: "group",
        startAt: "earliest",
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 10_000,
        heartbeatIntervalMs: 1_000,
        maxWaitMs: 100,
        maxBytesPerPartition: 1_000,
        maxBytes: 1_000,
        assignors: ["range"],
      },
      onAcknowledged: ({ raw }) => void this.#acknowledged.push(raw),
      logger: silentLogger,
      clock: this.clock,
    });
  }

  put(message: PlacedMessage): void {
    this.#log.push(message);
    this.#fetch();
  }

  nameOf({ body }: KafkaDelivery): string {
    return body;
  }

  acknowledged(): readonly string[] {
    return this.#acknowledged;
  }

  advance(durationMs: number): Promise<void> {
    return this.clock.advance(durationMs);
  }

  /** The group rebalances, without warning, and the member gets its partition again. */
  loseLeases(): void {
    const listener = this.#reader?.listener;
    if (listener !== undefined) this.#assign(listener);
  }

  #member(): GroupMember {
    return {
      run: (listener) => {
        this.#assign(listener);
        return new Promise(() => undefined);
      },
      pause: () => undefined,
      resume: () => undefined,
      commit: async (offsets) => {
        for (const { offset } of offsets) this.#committed = offset;
      },
      close: async () => {
        this.#reader = undefined;
      },
    };
  }

  #assign(listener: MemberListener): void {
    const position = this.#committed;
    this.#reader = { listener, position };
    const partitions = [{ topic, partition: 0, offset: position }];
    listener.onAssigned({ memberId: "m", generationId: 1, isLeader: true, partitions });
    this.#fetch();
  }

  #fetch(): void {
    if (this.#reader === undefined) return;
    const { listener, position } = this.#reader;
    const records = this.#log.slice(Number(position)).map(
      ({ name, key }, index): ConsumedRecord => ({
        offset: position + BigInt(index),
        key,
        value: name,
        valueBytes: name.length,
        headers: {},
        timestampMs: 0,
      }),
    );
    if (records.length === 0) return;
    const nextOffset = position + BigInt(records.length);
    this.#reader.position = nextOffset;
    listener.onBatch({
      topic,
      partition: 0,
      records: readerOf(records),
      nextOffset,
      highWatermark: nextOffset,
    });
  }
}

describe("the source for Kafka", () => {
  for (const { name, run } of sourceConformance(() => new PartitionPlace())) it(name, run);
});
