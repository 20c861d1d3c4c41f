import { LeaseLostError } from "@wirekit/core/inbound";
import type { GroupMember } from "../kafka-driver.ts";
import type { OpenAssignment } from "./assignment.ts";
import { OffsetTracker } from "./offset-tracker.ts";
import type { OpenPartition } from "./open-partition.ts";

/** How much is held. */
export interface FlowBounds {
  readonly maxBufferedBytes: number;
  /** The most that one fetch brings of a partition. */
  readonly fetchBytes: number;
}

/**
 * Bounds what is held by pausing partitions. Each has an equal share: one that stands still cannot take the
 * room of the others. A partition that holds nothing is always read, however small its share is, or a group
 * with many partitions would come to a stand.
 */
export class FlowControl {
  readonly #member: Pick<GroupMember, "pause" | "resume">;
  readonly #bounds: FlowBounds;
  #assignment: OpenAssignment | undefined;
  #isStopped = false;

  constructor(member: Pick<GroupMember, "pause" | "resume">, bounds: FlowBounds) {
    this.#member = member;
    this.#bounds = bounds;
  }

  begin(assignment: OpenAssignment): void {
    this.#assignment = assignment;
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
    if (!partition.isPaused || this.#isStopped || partition.bufferedBytes > this.#pauseAbove / 2) return;
    partition.isPaused = false;
    partition.isStuck = false;
    this.#member.resume([partition]);
  }

  /** Nothing is held of the partition any more, and it begins anew. */
  restart(partition: OpenPartition, offset: bigint): void {
    partition.lose(new LeaseLostError("the log is shorter than it was"));
    this.#assignment?.prefetched.drop(partition);
    partition.tracker = new OffsetTracker(offset);
    partition.position = offset;
    partition.committed = offset;
    partition.unfinishedBytes = 0;
    partition.blockedBytes = 0;
    this.shrunk(partition);
  }

  /** Nothing is to be read any more, in this assignment and the next ones. */
  stop(): void {
    this.#isStopped = true;
    const partitions = [...(this.#assignment?.partitions.values() ?? [])];
    if (partitions.length > 0) this.#member.pause(partitions);
  }

  get #pauseAbove(): number {
    const { maxBufferedBytes, fetchBytes } = this.#bounds;
    const share = maxBufferedBytes / Math.max(1, this.#assignment?.partitions.size ?? 1);
    // What one fetch brings has to fit on top.
    return Math.max(0, share - fetchBytes);
  }
}
