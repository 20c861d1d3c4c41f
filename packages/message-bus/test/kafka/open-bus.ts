import { silentLogger } from "@wirekit/core";
import { type Kafka as Broker, type KafkaOptions, startKafka } from "@wirekit/devstack/kafka";
import { KafkaMessageBus, type KafkaMessageBusOptions } from "../../src/index.ts";
import { atTheEnd } from "./side-by-side.ts";

export async function openBroker(options: KafkaOptions = {}): Promise<Broker> {
  const broker = await startKafka({ minSessionTimeoutMs: 100, ...options });
  atTheEnd(() => broker.close());
  return broker;
}

/** What makes a bus quick enough for a test. */
export function quick(broker: Broker): KafkaMessageBusOptions {
  return {
    bootstrapServers: broker.bootstrapServers,
    securityProtocol: "PLAINTEXT",
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 100,
    fetchMaxWaitMs: 50,
    commitIntervalMs: 20,
    logger: silentLogger,
  };
}

export function openBus(broker: Broker, options: KafkaMessageBusOptions = {}): KafkaMessageBus {
  const bus = new KafkaMessageBus({ ...quick(broker), ...options });
  closeAtTheEnd(bus);
  return bus;
}

export function closeAtTheEnd(bus: { close(options: { timeoutMs: number }): Promise<unknown> }): void {
  atTheEnd(() => bus.close({ timeoutMs: 2_000 }));
}
