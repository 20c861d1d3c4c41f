import { createRequire } from "node:module";
import { expect, it } from "@jest/globals";
import { Kafka } from "kafkajs";
import { Coordinator } from "../coordinator.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-cluster.ts";
import { brokerMethods, checkKafkajs, clusterMethods, knownVersions } from "./kafkajs-version.ts";
import { openCluster } from "./open-cluster.ts";
import { withProtocol } from "./own-protocol.ts";

const require = createRequire(import.meta.url);
const options = { metadataMaxAgeMs: 1_000, topicCreation: "never" } as const;
const clientOf = (kafka: unknown) => kafka as Kafka;

it("is installed in a version that the hooks are known to work with: read its changes before you add one", () => {
  const { version }: { version: string } = require("kafkajs/package.json");
  expect(knownVersions).toContain(version);
});

it("looks protocols up where the hook puts its own, and leaves the broker as it is", () => {
  const protocol = { request: { apiVersion: 1 } };
  const broker = { lookupRequest: () => () => protocol } as unknown as KafkajsBroker;
  const changed = withProtocol(broker, (theirs) => ({
    ...theirs,
    request: { ...theirs.request, apiVersion: 2 },
  }));
  expect(changed.lookupRequest(1, undefined)({}).request.apiVersion).toBe(2);
  expect(broker.lookupRequest(1, undefined)({})).toBe(protocol);
  const Broker: { prototype: Record<string, unknown> } = require("kafkajs/src/broker/index.js");
  for (const name of ["fetch", "produce"])
    expect(String(Broker.prototype[name])).toContain("this.lookupRequest(");
});

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
      message: expect.stringMatching(new RegExp(`cluster has no ${missing}\\. Install kafkajs 2\\.2\\.4$`)),
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
      message: expect.stringMatching(new RegExp(`broker has no ${missing}\\. Install kafkajs 2\\.2\\.4$`)),
    });
  },
);
