import { ClosedError } from "@wirekit/core";
import { rejectOnAbort } from "@wirekit/core/kit";
import type {
  GroupMember,
  KafkaDriver,
  MemberOptions,
  PartitionLag,
  ProducerSession,
} from "../kafka-driver.ts";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { KafkajsAdmin } from "./kafkajs-admin.ts";
import { openKafkajsClient } from "./kafkajs-client.ts";
import { wirekitErrorOf } from "./kafkajs-fault.ts";
import { KafkajsMember } from "./kafkajs-member.ts";
import { KafkajsSession } from "./kafkajs-session.ts";
import { TopicPartitions } from "./topic-partitions.ts";

/** Speaks to Kafka through kafkajs, which is loaded when it is first needed. */
export class KafkajsDriver implements KafkaDriver {
  readonly #options: ResolvedKafkaOptions;
  readonly #admin: KafkajsAdmin;
  readonly #topics: TopicPartitions;

  constructor(options: ResolvedKafkaOptions) {
    this.#options = options;
    this.#admin = new KafkajsAdmin(options);
    this.#topics = new TopicPartitions({
      ask: (topic) => this.#admin.partitionCount(topic),
      triesForTopic: options.topicCreation === "allow" ? 5 : 1,
      maxAgeMs: options.metadataMaxAgeMs,
      maxWaitMs: options.deliveryTimeoutMs,
      clock: options.clock,
      random: options.random,
    });
  }

  openProducer(): ProducerSession {
    return new KafkajsSession(this.#options);
  }

  openMember(options: MemberOptions): GroupMember {
    const { consumerId, sasl, topicCreation, metadataMaxAgeMs, clock, random } = this.#options;
    return new KafkajsMember(options, {
      open: async () => {
        const { kafkajs, kafka, sockets } = await openKafkajsClient(consumerId, this.#options);
        return {
          kafka,
          protocol: kafkajs.AssignerProtocol,
          codecs: kafkajs.CompressionCodecs,
          dropConnections: () => sockets.drop(),
          destroy: () => sockets.destroy(),
        };
      },
      errorOf: (what, thrown) => wirekitErrorOf(thrown, { what, topic: options.topic, sasl }),
      topicCreation,
      metadataMaxAgeMs,
      clock,
      random,
    });
  }

  partitionCount(
    topic: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    const count = this.#topics.count(topic);
    return signal === undefined ? count : rejectOnAbort(count, signal);
  }

  lag(topic: string, groupId: string): Promise<readonly PartitionLag[]> {
    return this.#admin.lag(topic, groupId);
  }

  async close(): Promise<void> {
    this.#topics.close(new ClosedError("The Kafka driver"));
    this.#admin.close();
  }
}
