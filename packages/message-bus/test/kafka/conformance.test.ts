import { describe, it } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { type ClientHarness, type ConformancePeer, clientConformance } from "@wirekit/core/testing";
import { type Kafka as Broker, type KafkaFault, startKafka } from "@wirekit/devstack/kafka";
import { KafkaMessageBus, type KafkaMessageBusOptions } from "../../src/index.ts";
import { statusUpdate } from "../contract/messages.ts";

interface KafkaPeer extends ConformancePeer {
  readonly broker: Broker;
}

/** What a bus asks to send a message, in this order. */
const apis = ["ApiVersions", "Metadata", "InitProducerId", "Produce"] as const;

async function startPeer(): Promise<KafkaPeer> {
  const broker = await startKafka({ topics: { payments: 1 } });
  const always = (fault: KafkaFault) => {
    for (const api of apis) broker.faults.next(fault, { on: api, times: Number.POSITIVE_INFINITY });
  };
  return {
    broker,
    received: () => broker.counts.requests.Produce,
    async become(behaviour) {
      broker.faults.clear();
      if (behaviour === "unreachable") broker.goOffline();
      else broker.comeOnline();
      if (behaviour === "silent") always({ kind: "no-answer" });
      if (behaviour === "resets") always({ kind: "close", before: "apply" });
    },
    close: () => broker.close(),
  };
}

const env = {
  KAFKA_BOOTSTRAP_SERVERS: "localhost:9092",
  KAFKA_API_KEY: "somebody",
  KAFKA_API_SECRET: "very-secret",
};

const harness: ClientHarness<KafkaMessageBus, KafkaPeer> = {
  startPeer,
  create({ broker }, overrides) {
    const options: KafkaMessageBusOptions = {
      bootstrapServers: broker.bootstrapServers,
      securityProtocol: "PLAINTEXT",
      deliveryTimeoutMs: 1_000,
      logger: silentLogger,
    };
    return new KafkaMessageBus({ ...options, ...overrides } as KafkaMessageBusOptions);
  },
  send: (bus, options) => bus.sendMessage(statusUpdate("R-1"), { target: "payments", ...options }),
  sendMany: (bus, count, options) =>
    bus.sendMany(Array(count).fill(statusUpdate("R-1")), { target: "payments", ...options }),
  options: {
    durations: [
      "lingerMs",
      "deliveryTimeoutMs",
      "requestTimeoutMs",
      "connectTimeoutMs",
      "metadataMaxAgeMs",
      "sessionTimeoutMs",
      "rebalanceTimeoutMs",
      "heartbeatIntervalMs",
      "fetchMaxWaitMs",
      "commitIntervalMs",
      "rebalanceGraceMs",
    ],
    numbers: [
      "maxBatchMessages",
      "maxBatchBytes",
      "maxPendingMessages",
      "maxPendingBytes",
      "fetchMaxBytesPerPartition",
      "fetchMaxBytes",
      "maxBufferedBytes",
    ],
    texts: ["userName", "password", "producerId", "consumerId"],
    functions: ["random"],
    objects: ["tls", "logger", "clock", "driver"],
  },
  fromEnv: {
    create: (variables, overrides) => KafkaMessageBus.fromEnv(variables, overrides),
    env,
    bad: [
      { env: {}, names: ["KAFKA_API_KEY", "KAFKA_API_SECRET"] },
      {
        env: { ...env, KAFKA_BOOTSTRAP_SERVERS: "nonsense", KAFKA_API_SASL_MECHANISM: "none" },
        names: ["KAFKA_BOOTSTRAP_SERVERS", "KAFKA_API_SASL_MECHANISM"],
      },
    ],
  },
};

describe("a bus over Kafka keeps the contract of clients", () => {
  for (const { name, run } of clientConformance(harness)) it(name, run);
});
