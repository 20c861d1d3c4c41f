import { expect, it } from "@jest/globals";
import { Kafka } from "kafkajs";
import { Coordinator } from "./coordinator.ts";
import type { KafkajsCluster, MemberClient } from "./kafkajs-cluster.ts";
import { brokerMethods, checkKafkajs, clusterMethods } from "./kafkajs-version.ts";
import { openCluster } from "./open-cluster.ts";

const options = { groupId: "group", metadataMaxAgeMs: 1_000, topicCreation: "never" } as const;
const clientOf = (kafka: unknown) => ({ kafka }) as MemberClient;

/** A client of some other kafkajs, which gives its assigners this cluster, or none. */
const other = (cluster: unknown) =>
  clientOf({
    consumer: ({ partitionAssigners: [assigner] }: { partitionAssigners: ((config: object) => unknown)[] }) =>
      assigner?.({ cluster }),
  });

it("takes the cluster of the kafkajs that is installed", () => {
  const cluster = openCluster(clientOf(new Kafka({ brokers: ["localhost:1"] })), options);
  expect(clusterMethods.filter((name) => !(name in cluster))).toEqual([]);
});

it.each(clusterMethods)("names the version and %s, where a cluster is without it", (missing) => {
  const cluster = Object.fromEntries(clusterMethods.map((name) => [name, () => undefined]));
  expect(openCluster(other(cluster), options)).toBe(cluster);
  delete cluster[missing];
  expect(() => openCluster(other(cluster), options)).toThrow(
    expect.objectContaining({
      code: "message-bus/kafkajs-version",
      message: expect.stringMatching(new RegExp(`2\\.2.*cluster has no ${missing}$`)),
    }),
  );
});

it("names all of them where there is no cluster at all", () => {
  expect(() => openCluster(other(undefined), options)).toThrow(clusterMethods.join(", "));
});

it.each(brokerMethods)(
  "names the version and %s, where a broker is without it, before it is asked",
  async (missing) => {
    const broker = Object.fromEntries(brokerMethods.map((name) => [name, () => undefined]));
    expect(checkKafkajs("broker", broker, brokerMethods)).toBe(broker);
    delete broker[missing];
    const cluster = { getNodeIds: () => ["1"], findBroker: async () => broker } as unknown as KafkajsCluster;
    await expect(new Coordinator(cluster, "group").find()).rejects.toMatchObject({
      code: "message-bus/kafkajs-version",
      retryable: false,
      message: expect.stringMatching(new RegExp(`2\\.2.*broker has no ${missing}$`)),
    });
  },
);
