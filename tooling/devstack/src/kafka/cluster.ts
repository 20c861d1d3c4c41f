import { KafkaError } from "./errors.ts";

/** One of the brokers that the listeners pose as. */
export interface Node {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** Who leads a partition, and for how many leaders now. */
export interface Leadership {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
}

/** The nodes of the cluster, and which of them is responsible for what. */
export class Cluster {
  readonly #nodes: readonly Node[];
  readonly #leaders = new Map<string, readonly Leadership[]>();
  readonly #movedCoordinators = new Map<string, number>();

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
  }

  get nodes(): readonly Node[] {
    return this.#nodes;
  }

  /**
   * Spreads the partitions of a topic over the nodes, or puts them where `replicas` says, partition by
   * partition.
   */
  place(
    topic: string,
    partitionCount: number,
    replicas: ReadonlyMap<number, readonly number[]>,
    factor: number,
  ): void {
    const ids = this.#nodes.map(({ id }) => id);
    const first = positiveHash(topic);
    const leaderships = Array.from({ length: partitionCount }, (_, index) => {
      const spread = ids.map((_, offset) => ids[(first + index + offset) % ids.length] as number);
      const chosen = replicas.get(index) ?? spread.slice(0, factor);
      return { leaderId: chosen[0] as number, leaderEpoch: 0, replicas: chosen };
    });
    this.#leaders.set(topic, leaderships);
  }

  forget(topic: string): void {
    this.#leaders.delete(topic);
  }

  /** @throws KafkaError `UNKNOWN_TOPIC_OR_PARTITION`. */
  leadership(topic: string, partition: number): Leadership {
    const leadership = this.#leaders.get(topic)?.[partition];
    if (leadership === undefined) throw new KafkaError("UNKNOWN_TOPIC_OR_PARTITION");
    return leadership;
  }

  /** @throws KafkaError `UNKNOWN_TOPIC_OR_PARTITION`, `NOT_LEADER_OR_FOLLOWER`. */
  requireLeader(nodeId: number, topic: string, partition: number): Leadership {
    const leadership = this.leadership(topic, partition);
    if (leadership.leaderId !== nodeId) throw new KafkaError("NOT_LEADER_OR_FOLLOWER");
    return leadership;
  }

  /** Another node leads the partition from now on: `nodeId`, or the next one. */
  moveLeader(topic: string, partition: number, nodeId?: number): void {
    const before = this.leadership(topic, partition);
    const leaderId = this.#other(before.leaderId, nodeId);
    const after = { ...before, leaderId, leaderEpoch: before.leaderEpoch + 1 };
    const leaderships = this.#leaders.get(topic) ?? [];
    this.#leaders.set(topic, leaderships.with(partition, after));
  }

  coordinator(groupId: string): Node {
    const moved = this.#movedCoordinators.get(groupId);
    const placed = this.#nodes[positiveHash(groupId) % this.#nodes.length];
    return this.#nodes.find(({ id }) => id === moved) ?? (placed as Node);
  }

  /** Another node coordinates the group from now on: `nodeId`, or the next one. */
  moveCoordinator(groupId: string, nodeId?: number): void {
    this.#movedCoordinators.set(groupId, this.#other(this.coordinator(groupId).id, nodeId));
  }

  #other(current: number, wanted: number | undefined): number {
    const index = this.#nodes.findIndex(({ id }) => id === current);
    const next = wanted ?? this.#nodes[(index + 1) % this.#nodes.length]?.id;
    if (next === current || !this.#nodes.some(({ id }) => id === next))
      throw new RangeError(
        `nothing can move from node ${current} to node ${next}: the nodes are ${this.#ids()}`,
      );
    return next as number;
  }

  #ids(): string {
    return this.#nodes.map(({ id }) => id).join(", ");
  }
}

/** The hash that Java gives a string, made positive: brokers place the coordinators of groups by it. */
function positiveHash(text: string): number {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0;
  return hash & 0x7fffffff;
}
