import { describe, expect, it } from "@jest/globals";
import { Cluster } from "./cluster.ts";

const nodes = [1, 2, 3].map((id) => ({ id, host: "localhost", port: 9_000 + id }));

describe("a cluster", () => {
  it("spreads the leaders of a topic over its nodes", () => {
    const cluster = new Cluster(nodes);
    cluster.place("topic", 6, new Map(), 1);
    const leaders = [0, 1, 2, 3, 4, 5].map((partition) => cluster.leadership("topic", partition).leaderId);
    expect(leaders.toSorted()).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it("gives each partition as many replicas as are wanted, its leader first", () => {
    const cluster = new Cluster(nodes);
    cluster.place("topic", 3, new Map(), 2);
    for (const partition of [0, 1, 2]) {
      const { leaderId, replicas } = cluster.leadership("topic", partition);
      expect(replicas[0]).toBe(leaderId);
      expect(new Set(replicas).size).toBe(2);
    }
  });

  it("has the partition led by one node and refused by the others, also after it moved", () => {
    const cluster = new Cluster(nodes);
    cluster.place("topic", 1, new Map([[0, [2]]]), 1);
    expect(cluster.requireLeader(2, "topic", 0)).toMatchObject({ leaderEpoch: 0 });
    cluster.moveLeader("topic", 0);
    expect(cluster.requireLeader(3, "topic", 0)).toMatchObject({ leaderEpoch: 1 });
    expect(() => cluster.requireLeader(2, "topic", 0)).toThrow("NOT_LEADER_OR_FOLLOWER");
    cluster.moveLeader("topic", 0, 1);
    expect(cluster.leadership("topic", 0)).toMatchObject({ leaderId: 1, leaderEpoch: 2 });
  });

  it("places the coordinators of groups by the hash that Java gives their names", () => {
    const cluster = new Cluster(nodes);
    // "group-a".hashCode() is 293427347 and "payments_consumer_group".hashCode() is -988083128, both without
    // their sign bit.
    expect(cluster.coordinator("group-a").id).toBe((293_427_347 % 3) + 1);
    expect(cluster.coordinator("payments_consumer_group").id).toBe((1_159_400_520 % 3) + 1);
  });

  it("moves a coordinator, and no other one with it", () => {
    const cluster = new Cluster(nodes);
    const before = cluster.coordinator("group-a").id;
    const other = cluster.coordinator("group-b").id;
    cluster.moveCoordinator("group-a");
    expect(cluster.coordinator("group-a").id).toBe((before % 3) + 1);
    expect(cluster.coordinator("group-b").id).toBe(other);
  });

  it("of one node moves nothing, and says why", () => {
    const cluster = new Cluster(nodes.slice(0, 1));
    cluster.place("topic", 1, new Map(), 1);
    expect(() => cluster.moveLeader("topic", 0)).toThrow("nothing can move from node 1 to node 1");
    expect(() => cluster.moveCoordinator("group", 9)).toThrow("nothing can move from node 1 to node 9");
  });
});
