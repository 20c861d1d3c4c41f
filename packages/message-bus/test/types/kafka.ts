// What must not compile. `tsc` fails when a line below an expectation compiles after all; nothing here is
// ever run.
import {
  Kafka,
  KafkaMessageBus,
  type KafkaMessageBusOptions,
  type MessageBus,
  type MessageBusMessage,
} from "../../src/index.ts";

declare const message: MessageBusMessage;
const target = "payments";

export const options: KafkaMessageBusOptions = {
  bootstrapServers: ["a:9092"],
  securityProtocol: undefined,
  compression: undefined,
};
// @ts-expect-error no such protocol
export const protocol: KafkaMessageBusOptions = { securityProtocol: "TLS" };
// @ts-expect-error no such mechanism
export const mechanism: KafkaMessageBusOptions = { saslMechanism: "GSSAPI" };
// @ts-expect-error not offered
export const compression: KafkaMessageBusOptions = { compression: "zstd" };

export async function sending(): Promise<void> {
  const bus = new KafkaMessageBus(options);
  const any: MessageBus = bus;
  const sent = await bus.sendMessage(message, { target });
  use([sent.partition + sent.offset, sent.topic, sent.messageId]);
  const withoutPlace = await any.sendMessage(message, { target });
  // @ts-expect-error only this bus knows a partition
  use(withoutPlace.partition);
  // @ts-expect-error the topic is called target
  await bus.sendMessage(message, { topic: target });
  const [outcome] = await bus.sendMany([message], { target });
  if (outcome?.kind === "delivered") use(outcome.offset);
  // @ts-expect-error only what was delivered has an offset
  use(outcome?.offset);
  for (const { groupId, role, partitions } of bus.health().groups) use([groupId, role, partitions[0]?.lag]);
  const [lag] = await bus.lag({ target });
  const behind: bigint | undefined = lag?.lag;
  use(behind);
  // @ts-expect-error which message?
  await bus.acknowledgeReceipt({ target });
}

export async function original(): Promise<void> {
  await using kafka = new Kafka({ producerId: "billing" });
  const { topic, partition, offset } = await kafka.sendMessage(message, { topic: target, key: undefined });
  use([topic, partition, offset]);
  const received = await kafka.receiveMessage({ topic: target, autoCommit: true });
  // @ts-expect-error there may have been nothing
  use(received["payments:0:0"]);
  for (const [receiptHandle, body] of Object.entries(received ?? {})) {
    await kafka.commitOffset({ topic: target, receiptHandle });
    use(body.payload);
  }
  // @ts-expect-error which message?
  await kafka.commitOffset({ topic: target });
}

function use(value: unknown): unknown {
  return value;
}
