import type { KafkaClock } from "./clock.ts";
import type { Cluster } from "./cluster.ts";
import type { Groups } from "./groups/groups.ts";
import type { Topics } from "./log/topics.ts";
import type { Settings } from "./options.ts";

/** What all nodes of the cluster share: there is one log and one set of groups behind them. */
export interface Broker {
  readonly settings: Settings;
  readonly clock: KafkaClock;
  readonly cluster: Cluster;
  readonly topics: Topics;
  readonly groups: Groups;
  nextProducerId(): bigint;
}

/** Makes a topic and places its partitions. */
export function createTopic(
  { topics, cluster }: Pick<Broker, "topics" | "cluster">,
  name: string,
  partitionCount: number,
  placement: {
    readonly replicationFactor?: number | undefined;
    /** Node ids by partition, the leader first. */
    readonly replicas?: ReadonlyMap<number, readonly number[]> | undefined;
  } = {},
): void {
  topics.create(name, partitionCount);
  cluster.place(name, partitionCount, placement.replicas ?? new Map(), placement.replicationFactor ?? 1);
}

/** Takes a topic away, with what groups have committed for it. */
export function deleteTopic({ topics, cluster, groups }: Broker, name: string): void {
  topics.delete(name);
  cluster.forget(name);
  groups.offsets.forgetTopic(name);
}
