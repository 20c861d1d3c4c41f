import { type Assignor, noAssignment, sortedMembers, sortedTopics } from "./assignor.ts";

/**
 * The assignor named `range`: of each topic by itself, every subscriber gets one run of partitions; where
 * they cannot be shared out evenly, the first subscribers get one more. As Java's `RangeAssignor` does where
 * no racks are known, and kafka-python's.
 */
export const assignRanges: Assignor = (members, partitionCounts) => {
  const assignment = noAssignment(members);
  const sorted = sortedMembers(members);
  for (const topic of sortedTopics(members, partitionCounts)) {
    const partitions = partitionCounts.get(topic) ?? 0;
    const subscribers = sorted.filter(({ topics }) => topics.includes(topic));
    const each = Math.floor(partitions / subscribers.length);
    const oneMore = partitions % subscribers.length;
    let first = 0;
    for (const [index, { memberId }] of subscribers.entries()) {
      const count = each + (index < oneMore ? 1 : 0);
      const start = first;
      if (count > 0) {
        assignment.get(memberId)?.set(
          topic,
          Array.from({ length: count }, (_, place) => start + place),
        );
      }
      first += count;
    }
  }
  return assignment;
};
