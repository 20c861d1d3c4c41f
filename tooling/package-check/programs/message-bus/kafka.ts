import { UnconfirmedError } from "@wirekit/core";
import {
  Kafka,
  type KafkaDriver,
  KafkaMessageBus,
  type KafkaMessageBusOptions,
  KafkaRefusedError,
  type MessageBus,
  type MessageBusMessage,
  type ProducerSession,
} from "@wirekit/message-bus";

// `undefined` stands for "not given", whatever the user's compiler makes of optional properties.
const options: KafkaMessageBusOptions = {
  bootstrapServers: "broker-1:9092,broker-2:9092",
  securityProtocol: "PLAINTEXT",
  compression: undefined,
  driver: undefined,
};

// @ts-expect-error there is no such protocol
new KafkaMessageBus({ securityProtocol: "CARRIER_PIGEON" });

export function ownDriver(kafkajs: KafkaDriver, openProducer: () => ProducerSession): KafkaDriver {
  return {
    openProducer,
    openMember: (member) => kafkajs.openMember(member),
    partitionCount: (topic, settings) => kafkajs.partitionCount(topic, settings),
    lag: (topic, groupId) => kafkajs.lag(topic, groupId),
    close: () => kafkajs.close(),
  };
}

export async function run(message: MessageBusMessage): Promise<number | string | undefined> {
  const kafka = new KafkaMessageBus(options);
  const bus: MessageBus = kafka;
  const disposable: AsyncDisposable = bus;
  await new Kafka(options).close();
  try {
    const { offset } = await kafka.sendMessage(message, {
      target: "payments",
      key: "user-1",
    });
    return offset;
  } catch (thrown) {
    if (thrown instanceof UnconfirmedError) return thrown.code;
    return thrown instanceof KafkaRefusedError ? thrown.kafkaError : undefined;
  } finally {
    await disposable[Symbol.asyncDispose]();
  }
}
