import { LeaseLostError } from "@wirekit/core/inbound";
import type { FetchRoom, GroupMember } from "../kafka-driver.ts";
import type { OpenAssignment } from "./assignment.ts";
import type { OpenPartition } from "./open-partition.ts";

/** How much is held. */
export interface FlowBounds {
  readonly maxBufferedBytes: number;
  /** The most that one fetch brings of a partition. */
  readonly fetchBytes: number;
}

/** Once all room is taken, reading goes on when this part of it is free, and not for every record. */
const freeShare = 1 / 8;

/**
 * Bounds what is held. All partitions together hold `maxBufferedBytes`, and one batch of records more for
 * each fetch that is under way: a broker gives at least one. Each has an equal share, and is paused when it
 * holds that: one that stands still cannot take the room of the others.
 */
export class FlowControl {
  readonly #member: Pick<GroupMember, "pause" | "resume">;
  readonly #bounds: FlowBounds;
  #assignment: OpenAssignment | undefined;
  #isFull = false;
  #isStopped = false;

  constructor(member: Pick<GroupMember, "pause" | "resume">, bounds: FlowBounds) {
    this.#member = member;
    this.#bounds = bounds;
  }

  begin(assignment: OpenAssignment): void {
    this.#assignment = assignment;
    this.#isFull = false;
  }

  /** What may be fetched now. */
  room(): FetchRoom {
    const left = this.#bounds.maxBufferedBytes - (this.#assignment?.bufferedBytes ?? 0);
    if (left <= 0) this.#isFull = true;
    return { bytes: this.#isFull ? 0 : left, bytesPerPartition: this.#fetchBytes };
  }

  /** More of a partition is held. */
  grown(partition: OpenPartition): void {
    if (partition.isPaused || partition.bufferedBytes <= this.#pauseAbove) return;
    partition.isPaused = true;
    this.#member.pause([partition]);
  }

  /**
   * Less of a partition is held. It is read again when half of what it may hold is gone, not for every
   * record.
   */
  shrunk(partition: OpenPartition): void {
    if (this.#isStopped) return;
    const isReadAgain = partition.isPaused && partition.bufferedBytes <= this.#pauseAbove / 2;
    if (isReadAgain) {
      partition.isPaused = false;
      partition.isStuck = false;
    }
    const hasRoom = this.#isFull && this.#hasRoomAgain;
    if (hasRoom) this.#isFull = false;
    if (isReadAgain || hasRoom) this.#member.resume(isReadAgain ? [partition] : []);
  }

  /** Nothing is held of the partition any more, and it begins anew. */
  restart(partition: OpenPartition, offset: bigint): void {
    partition.lose(new LeaseLostError("the log is shorter than it was"));
    this.#assignment?.prefetched.drop(partition);
    partition.restart(offset);
    this.shrunk(partition);
  }

  /** Nothing is to be read any more, in this assignment and the next ones. */
  stop(): void {
    this.#isStopped = true;
    const partitions = [...(this.#assignment?.partitions.values() ?? [])];
    if (partitions.length > 0) this.#member.pause(partitions);
  }

  /** Also where nothing waits for a slot: then slots may stand idle until more is read. */
  get #hasRoomAgain(): boolean {
    const { bufferedBytes = 0, prefetched } = this.#assignment ?? {};
    const left = this.#bounds.maxBufferedBytes - bufferedBytes;
    return left > 0 && (left >= this.#bounds.maxBufferedBytes * freeShare || (prefetched?.size ?? 0) === 0);
  }

  get #share(): number {
    return this.#bounds.maxBufferedBytes / Math.max(1, this.#assignment?.partitions.size ?? 1);
  }

  /** What one fetch brings of a partition has to fit into its share beside what it holds. */
  get #fetchBytes(): number {
    return Math.max(1, Math.min(this.#bounds.fetchBytes, Math.floor(this.#share / 2)));
  }

  get #pauseAbove(): number {
    return Math.max(0, this.#share - this.#fetchBytes);
  }
}
