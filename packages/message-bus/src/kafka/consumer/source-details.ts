import type { OffsetReset } from "../kafka-driver.ts";
import type { OpenAssignment } from "./assignment.ts";
import type { OpenPartition } from "./open-partition.ts";

/** How a member stands to its group. */
export type GroupState = "joining" | "assigned" | "revoking" | "failed" | "closed";

/** A key that has stopped, and at which message. */
export interface StoppedKeyDetails {
  readonly key: string | undefined;
  readonly id: string;
  /** Why the message was given up: an error's code. */
  readonly code: string;
}

/** One partition of the assignment. Offsets are texts, because they may pass what a number holds. */
export interface PartitionDetails {
  readonly partition: number;
  /** `paused`: it holds as much as it may. `stopped`: the same, and nothing of it can be handled. */
  readonly state: "reading" | "paused" | "stopped";
  /** The next offset to be read. */
  readonly position: string;
  /** The next offset that the group will read when it begins anew. */
  readonly committed: string;
  /** The end of the log, as of the last fetch; absent before it. */
  readonly highWatermark: string | undefined;
  /** Records between the two. */
  readonly lag: number | undefined;
  /** Records that were read and are not finished, or stand behind one that is not. */
  readonly unfinished: number;
  readonly bufferedBytes: number;
  readonly stoppedKeys: readonly StoppedKeyDetails[];
}

/** What a {@link KafkaSource} says of itself in `health()`. */
export type KafkaSourceDetails = {
  readonly state: GroupState;
  /** How often the member has joined. */
  readonly joins: number;
  readonly memberId: string | undefined;
  readonly generationId: number | undefined;
  readonly isLeader: boolean;
  readonly partitions: readonly PartitionDetails[];
  readonly bufferedBytes: number;
  readonly maxBufferedBytes: number;
  /** Commits that have failed in a row. */
  readonly failedCommits: number;
  /** How often the log did not hold what was to be read next. */
  readonly resets: number;
};

/** What details are made of. */
export interface DetailsOf {
  readonly state: GroupState;
  readonly assignment: OpenAssignment | undefined;
  readonly joins: number;
  readonly resets: number;
  readonly maxBufferedBytes: number;
}

export function sourceDetails({
  state,
  assignment,
  joins,
  resets,
  maxBufferedBytes,
}: DetailsOf): KafkaSourceDetails {
  const current = assignment?.isOver === false ? assignment : undefined;
  const partitions = [...(current?.partitions.values() ?? [])];
  return {
    state,
    joins,
    memberId: current?.given.memberId,
    generationId: current?.given.generationId,
    isLeader: current?.given.isLeader ?? false,
    partitions: partitions.map(partitionDetails),
    bufferedBytes: current?.bufferedBytes ?? 0,
    maxBufferedBytes,
    failedCommits: current?.committer.failures ?? 0,
    resets,
  };
}

function partitionDetails(held: OpenPartition): PartitionDetails {
  const { partition, tracker, committed, highWatermark, isPaused, isStuck } = held;
  return {
    partition,
    state: isStuck ? "stopped" : isPaused ? "paused" : "reading",
    position: String(held.position),
    committed: String(committed),
    highWatermark: highWatermark === undefined ? undefined : String(highWatermark),
    lag: highWatermark === undefined ? undefined : Number(highWatermark - committed),
    unfinished: tracker.size + held.prefetched.records,
    bufferedBytes: held.bufferedBytes,
    stoppedKeys: [...held.stopped.values()].map(({ key, id, error }) => ({ key, id, code: error.code })),
  };
}

/** Says why reading goes on elsewhere. */
export function resetText({ topic, partition, from, to }: OffsetReset): string {
  return to > from
    ? `Records of partition ${partition} of ${topic} are lost to the group: they were deleted before they were read`
    : `The log of partition ${partition} of ${topic} is shorter than it was: records come again`;
}
