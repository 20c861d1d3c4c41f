import { type Assignor, noAssignment, sortedMembers, sortedTopics } from "./assignor.ts";

/**
 * The assignor named `roundrobin`: all partitions of all topics in order, one to each member in turn; a
 * member that is not subscribed to the topic is passed over. As Java's `RoundRobinAssignor` does, and
 * kafka-python's.
 */
export const assignRoundRobin: Assignor = (members, partitionCounts) => {
  const assignment = noAssignment(members);
  const sorted = sortedMembers(members);
  let turn = 0;
  for (const topic of sortedTopics(members, partitionCounts)) {
    for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition += 1) {
      // Ends: a topic is only here because somebody is subscribed to it.
      while (sorted[turn % sorted.length]?.topics.includes(topic) !== true) turn += 1;
      const partitionsByTopic = assignment.get(sorted[turn % sorted.length]?.memberId ?? "");
      turn += 1;
      const partitions = partitionsByTopic?.get(topic);
      if (partitions === undefined) partitionsByTopic?.set(topic, [partition]);
      else partitions.push(partition);
    }
  }
  return assignment;
};
