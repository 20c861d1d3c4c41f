import { jest } from "@jest/globals";
import { silentLogger } from "@wirekit/core";
import { startKafka } from "@wirekit/devstack/kafka";
import { KafkaMessageBus, type KafkaMessageBusOptions } from "../../src/index.ts";
import type { ContractBus } from "../contract/contract-bus.ts";
import { describeMessageBusContract } from "../contract/message-bus-contract.ts";
import { stranger } from "./read-topic.ts";

// Nothing here takes long by itself; on a machine that has other things to do, it may.
jest.setTimeout(120_000);

const sessionTimeoutMs = 400;

describeMessageBusContract("the bus over Kafka", openOnKafka, {
  groups: "independent",
  comesAgain: "when its receiver is gone",
});

async function openOnKafka(): Promise<ContractBus> {
  const broker = await startKafka({ minSessionTimeoutMs: 100 });
  const options: KafkaMessageBusOptions = {
    bootstrapServers: broker.bootstrapServers,
    securityProtocol: "PLAINTEXT",
    sessionTimeoutMs,
    heartbeatIntervalMs: sessionTimeoutMs / 6,
    rebalanceTimeoutMs: 2_000,
    fetchMaxWaitMs: 50,
    commitIntervalMs: 20,
    rebalanceGraceMs: 200,
    logger: silentLogger,
  };
  const buses: KafkaMessageBus[] = [];
  const open = () => {
    const bus = new KafkaMessageBus(options);
    buses.push(bus);
    return bus;
  };
  const writer = stranger(broker).producer();
  let targets = 0;
  return {
    bus: open(),
    newTarget: async () => {
      targets += 1;
      const name = `target-${targets}`;
      broker.createTopic(name, 2);
      return name;
    },
    sendText: async (value, { target, key }) => {
      await writer.connect();
      await writer.send({ topic: target, messages: [{ key: key ?? null, value }] });
    },
    eventually: (outcome) => outcome,
    outlastVisibility: () => new Promise((resolve) => setTimeout(resolve, 2 * sessionTimeoutMs)),
    another: async () => open(),
    close: async () => {
      await writer.disconnect();
      await Promise.all(buses.map((bus) => bus.close({ timeoutMs: 2_000 })));
      await broker.close();
    },
  };
}
