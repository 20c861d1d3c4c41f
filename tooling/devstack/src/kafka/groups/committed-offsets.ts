/** An offset that a group has committed for a partition, with whatever text came with it. */
export interface CommittedOffset {
  readonly offset: bigint;
  readonly metadata: string;
}

/** The offsets that groups have committed. They outlive the groups' members. */
export class CommittedOffsets {
  readonly #byGroup = new Map<string, Map<string, Map<number, CommittedOffset>>>();

  commit(groupId: string, topic: string, partition: number, committed: CommittedOffset): void {
    const topics = entry(this.#byGroup, groupId, () => new Map<string, Map<number, CommittedOffset>>());
    entry(topics, topic, () => new Map<number, CommittedOffset>()).set(partition, committed);
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.#byGroup.get(groupId)?.get(topic)?.get(partition);
  }

  /** The partitions for which a group has committed, by topic. */
  partitions(groupId: string): readonly { readonly name: string; readonly partitions: readonly number[] }[] {
    const topics = [...(this.#byGroup.get(groupId) ?? [])];
    return topics.map(([name, partitions]) => ({ name, partitions: [...partitions.keys()] }));
  }

  /** The topic is gone, and with it what was committed for it. */
  forgetTopic(topic: string): void {
    for (const topics of this.#byGroup.values()) topics.delete(topic);
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}
