import { type Clock, ConnectionError, type Random, WirekitError } from "@wirekit/core";
import type {
  AssignedPartition,
  CommitOffset,
  ConsumedRecord,
  GroupMember,
  MemberListener,
  TopicPartition,
} from "../../../../src/kafka/kafka-driver.ts";
import { readerOf } from "../../../../src/kafka/record-reader.ts";

/** What watches every commit that the group takes. */
export type CommitWatch = (commit: {
  readonly generation: number;
  readonly partition: number;
  /** Where the member began to read in this generation. */
  readonly start: bigint;
  readonly offset: bigint;
}) => void;

/** How a group and the network to it behave. */
export interface ModelOptions {
  readonly topic: string;
  readonly partitions: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onCommit: CommitWatch;
}

/**
 * A broker with one topic and one group, as its members see it: generations, fenced commits, answers that are
 * late or lost, members that are revoked with and without time, and members that are thrown out and learn of
 * it much later.
 */
export class ModelGroup {
  readonly options: ModelOptions;
  readonly logs: ConsumedRecord[][];
  readonly ends: bigint[];
  readonly committed: bigint[];
  readonly members = new Set<ModelMember>();
  generation = 0;
  #isRebalancing = false;

  constructor(options: ModelOptions) {
    this.options = options;
    const each = <T>(make: () => T) => Array.from({ length: options.partitions }, make);
    this.logs = each(() => []);
    this.ends = each(() => 0n);
    this.committed = each(() => 0n);
  }

  /** Whether the group has committed all there is. */
  get isDone(): boolean {
    return this.committed.every((offset, partition) => offset === this.ends[partition]);
  }

  append(partition: number, key: string | undefined, value: string): void {
    const { random, clock } = this.options;
    // Compaction and transactions leave gaps.
    const offset = (this.ends[partition] ?? 0n) + (random() < 0.1 ? BigInt(Math.ceil(random() * 3)) : 0n);
    this.logs[partition]?.push({
      offset,
      key,
      value,
      valueBytes: value.length,
      headers: {},
      timestampMs: clock.now(),
    });
    this.ends[partition] = offset + 1n;
    for (const member of this.members) member.poll(partition);
  }

  /** A random time of the network. */
  pause(mostMs: number): Promise<void> {
    const { clock, random } = this.options;
    return new Promise((resolve) => clock.setTimer(resolve, 1 + random() * mostMs));
  }

  rebalance(): void {
    if (this.#isRebalancing) return;
    this.#isRebalancing = true;
    void this.#rebalance();
  }

  async #rebalance(): Promise<void> {
    await this.pause(50);
    await Promise.all([...this.members].map((member) => member.revoke()));
    await this.pause(50);
    this.generation += 1;
    this.#isRebalancing = false;
    const sorted = [...this.members];
    for (const [index, member] of sorted.entries()) {
      const partitions = this.logs
        .map((_, partition) => partition)
        .filter((one) => one % sorted.length === index);
      member.assign(this.generation, partitions);
    }
  }
}

/** One member, as a driver would show it. */
export class ModelMember implements GroupMember {
  readonly #group: ModelGroup;
  #listener: MemberListener | undefined;
  #end: () => void = () => undefined;
  #generation = 0;
  #starts = new Map<number, bigint>();
  #positions = new Map<number, bigint>();
  readonly #paused = new Set<number>();
  readonly #polling = new Set<number>();
  /** The process is gone: nothing leaves it any more. */
  isDead = false;
  #isRevoked = true;
  #isClosed = false;

  constructor(group: ModelGroup) {
    this.#group = group;
  }

  get generation(): number {
    return this.#generation;
  }

  run(listener: MemberListener): Promise<void> {
    this.#listener = listener;
    this.#join();
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) this.#paused.add(partition);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const { partition } of partitions) {
      this.#paused.delete(partition);
      this.poll(partition);
    }
  }

  async commit(offsets: readonly CommitOffset[]): Promise<void> {
    const group = this.#group;
    const { random, onCommit } = group.options;
    const generation = this.#generation;
    const starts = this.#starts;
    await group.pause(30);
    if (this.isDead) return new Promise(() => undefined);
    if (random() < 0.05) throw new ConnectionError("the request is lost");
    if (!group.members.has(this) || generation !== group.generation) {
      throw new WirekitError("ILLEGAL_GENERATION", { code: "test/fenced" });
    }
    for (const { partition, offset } of offsets) {
      const start = starts.get(partition);
      if (start === undefined) throw new Error("committed for a partition that was not assigned");
      onCommit({ generation, partition, start, offset });
      group.committed[partition] = offset;
    }
    await group.pause(30);
    if (random() < 0.05) throw new ConnectionError("the answer is lost");
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#leave();
    this.#end();
    await this.#group.pause(20);
  }

  /** The group has begun to rebalance, and this member hears of it. */
  async revoke(): Promise<void> {
    if (this.#isRevoked || this.isDead) return;
    this.#isRevoked = true;
    const { random, clock } = this.#group.options;
    const canWait = random() < 0.7;
    const revoking = Promise.resolve(this.#listener?.onRevoking({ canWait }));
    if (!canWait) return;
    await Promise.race([revoking, new Promise<void>((resolve) => clock.setTimer(resolve, 40_000))]);
  }

  assign(generation: number, numbers: readonly number[]): void {
    if (this.isDead) return;
    const { topic } = this.#group.options;
    this.#generation = generation;
    this.#isRevoked = false;
    this.#paused.clear();
    const partitions = numbers.map((partition): AssignedPartition => {
      return { topic, partition, offset: this.#group.committed[partition] ?? 0n };
    });
    this.#starts = new Map(partitions.map(({ partition, offset }) => [partition, offset]));
    this.#positions = new Map(this.#starts);
    this.#listener?.onAssigned({ memberId: "member", generationId: generation, isLeader: false, partitions });
    for (const partition of numbers) this.poll(partition);
  }

  /** The group has heard nothing of this member for too long; it learns of that later. */
  async expire(): Promise<void> {
    if (!this.#group.members.delete(this)) return;
    this.#group.rebalance();
    await this.#group.pause(20_000);
    if (this.isDead) return;
    this.#isRevoked = true;
    this.#generation = 0;
    this.#listener?.onLost(new WirekitError("UNKNOWN_MEMBER_ID", { code: "test/lost" }));
    await this.#group.pause(1_000);
    // Whoever has been closed meanwhile does not come back.
    if (!this.#isClosed) this.#join();
  }

  /** The process dies. The group notices when the session has run out. */
  async die(): Promise<void> {
    this.isDead = true;
    await this.#group.pause(30_000);
    this.#leave();
  }

  poll(partition: number): void {
    if (this.#polling.has(partition)) return;
    this.#polling.add(partition);
    void this.#fetch(partition).finally(() => this.#polling.delete(partition));
  }

  #join(): void {
    this.#group.members.add(this);
    this.#group.rebalance();
  }

  #leave(): void {
    this.#isRevoked = true;
    if (this.#group.members.delete(this)) this.#group.rebalance();
  }

  async #fetch(partition: number): Promise<void> {
    const group = this.#group;
    const { topic, random } = group.options;
    for (;;) {
      const from = this.#positions.get(partition);
      const end = group.ends[partition] ?? 0n;
      if (this.isDead || this.#isRevoked || from === undefined || from >= end || this.#paused.has(partition))
        return;
      const positions = this.#positions;
      await group.pause(20);
      // What a fetch of an earlier assignment brings is nobody's.
      if (this.isDead || this.#isRevoked || positions !== this.#positions) continue;
      const log = group.logs[partition] ?? [];
      const first = log.findIndex(({ offset }) => offset >= from);
      const records = first < 0 ? [] : log.slice(first, first + 1 + Math.floor(random() * 20));
      const next = log[first + records.length]?.offset;
      const highWatermark = group.ends[partition] ?? 0n;
      const nextOffset = next ?? highWatermark;
      positions.set(partition, nextOffset);
      this.#listener?.onBatch({ topic, partition, records: readerOf(records), nextOffset, highWatermark });
    }
  }
}
