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
import { ClusterQueries } from "./cluster-queries.ts";
import { openKafkajsClient } from "./kafkajs-client.ts";
import { wirekitErrorOf } from "./kafkajs-error.ts";
import { KafkajsMember } from "./kafkajs-member.ts";
import { KafkajsSession } from "./kafkajs-session.ts";

/** Speaks to Kafka through kafkajs, which is loaded when it is first needed. */
export class KafkajsDriver implements KafkaDriver {
  readonly #options: ResolvedKafkaOptions;
  readonly #topics: ClusterQueries;
  readonly #lags: ClusterQueries;

  constructor(options: ResolvedKafkaOptions) {
    this.#options = options;
    this.#topics = new ClusterQueries(options);
    // To ask how far a group is behind is no reason to create a topic.
    this.#lags = new ClusterQueries({ ...options, topicCreation: "never" });
  }

  openProducer(): ProducerSession {
    return new KafkajsSession(this.#options);
  }

  openMember(options: MemberOptions): GroupMember {
    const { consumerId, sasl, securityProtocol, topicCreation, metadataMaxAgeMs, clock, random } =
      this.#options;
    return new KafkajsMember(options, {
      open: () => openKafkajsClient(consumerId, this.#options),
      errorOf: (what, thrown) =>
        wirekitErrorOf(thrown, { what, topic: options.topic, sasl, securityProtocol }),
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
    const count = this.#topics.partitionCount(topic);
    return signal === undefined ? count : rejectOnAbort(count, signal);
  }

  lag(topic: string, groupId: string): Promise<readonly PartitionLag[]> {
    return this.#lags.lag(topic, groupId);
  }

  async close(): Promise<void> {
    const reason = new ClosedError("The Kafka driver");
    this.#topics.close(reason);
    this.#lags.close(reason);
  }
}
