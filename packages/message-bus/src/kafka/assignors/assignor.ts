/** One member of a group, as it presents itself to the leader. */
export interface GroupSubscriber {
  readonly memberId: string;
  /** The name of a static member; absent for any other. */
  readonly groupInstanceId?: string | undefined;
  readonly topics: readonly string[];
}

/** Which partitions of which topics each member gets. Every member occurs, also one that gets nothing. */
export type GroupAssignment = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/**
 * Shares partitions out. `partitionCounts` has the topics that exist. The result depends on nothing but what
 * is given, and not on its order, so that whichever member leads, in whichever language, comes to the same.
 */
export type Assignor = (
  members: readonly GroupSubscriber[],
  partitionCounts: ReadonlyMap<string, number>,
) => GroupAssignment;

/**
 * The order of members: static ones first, by their names; then the others by their ids. In UTF-16 code
 * units, as Java compares.
 */
export function sortedMembers(members: readonly GroupSubscriber[]): readonly GroupSubscriber[] {
  return [...members].sort((one, other) => {
    const [ours, theirs] = [one.groupInstanceId, other.groupInstanceId];
    if (ours !== undefined && theirs !== undefined) return compare(ours, theirs);
    if (ours !== undefined) return -1;
    if (theirs !== undefined) return 1;
    return compare(one.memberId, other.memberId);
  });
}

/** Every topic that anybody is subscribed to and that exists, in order. */
export function sortedTopics(
  members: readonly GroupSubscriber[],
  partitionCounts: ReadonlyMap<string, number>,
): readonly string[] {
  const topics = new Set(members.flatMap((member) => member.topics));
  return [...topics].filter((topic) => (partitionCounts.get(topic) ?? 0) > 0).sort(compare);
}

/** An assignment in which nobody has anything yet. */
export function noAssignment(members: readonly GroupSubscriber[]): Map<string, Map<string, number[]>> {
  return new Map(members.map(({ memberId }) => [memberId, new Map<string, number[]>()]));
}

export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
