import type { TopicPartition } from "../kafka-driver.ts";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { type BatchEncoding, ProducerIdentity } from "./batch-in-flight.ts";
import { type ConnectionOptions, type KafkajsClient, openKafkajsClient } from "./kafkajs-client.ts";
import { protocolErrorType } from "./kafkajs-error.ts";
import type { KafkajsBroker, KafkajsCluster } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { brokerMethods, checkKafkajs } from "./kafkajs-hooks/kafkajs-version.ts";
import { openCluster } from "./kafkajs-hooks/open-cluster.ts";

/** What a producer needs of the options. */
export type ProducerOptions = ConnectionOptions &
  Pick<ResolvedKafkaOptions, "producerId" | "compression" | "topicCreation" | "metadataMaxAgeMs" | "clock">;

/** What the broker says of one topic, while others can be written. */
const topicErrors: readonly (string | undefined)[] = [
  "UNKNOWN_TOPIC_OR_PARTITION",
  "INVALID_TOPIC_EXCEPTION",
  "TOPIC_AUTHORIZATION_FAILED",
];

/** Whether an error is about one topic, and not about the way to the brokers. */
export function isTopicError(thrown: unknown): boolean {
  return topicErrors.includes(protocolErrorType(thrown));
}

interface Leaders {
  readonly metadata: unknown;
  readonly byPartition: ReadonlyMap<number, number>;
}

/** The connections of one producer session, and what they have told of topics and their leaders. */
export class ProducerConnection {
  readonly #client: KafkajsClient;
  readonly #cluster: KafkajsCluster;
  readonly #topics = new Set<string>();
  readonly #leaders = new Map<string, Leaders>();
  /** Whether leaders have moved, as far as is known. */
  isStale = false;
  /**
   * Whether something on it had no answer. It is not used again then: kafkajs keeps the half of an answer
   * that came.
   */
  isBroken = false;
  readonly encoding: BatchEncoding;

  private constructor(client: KafkajsClient, { compression, clock, ...options }: ProducerOptions) {
    this.#client = client;
    this.#cluster = openCluster(client.kafka, options);
    const { CompressionTypes, CompressionCodecs } = client.kafkajs;
    const isGzip = compression === "gzip";
    this.encoding = {
      compression: isGzip ? CompressionTypes.GZIP : CompressionTypes.None,
      compress: isGzip
        ? (records) => CompressionCodecs[CompressionTypes.GZIP]().compress({ buffer: records })
        : undefined,
      now: () => clock.now(),
    };
  }

  static async open(options: ProducerOptions): Promise<ProducerConnection> {
    return new ProducerConnection(await openKafkajsClient(options.producerId, options), options);
  }

  /**
   * Connects, and asks for the leaders of topics that are not known or may have changed. Resolves with why
   * single topics could not be found.
   */
  async find(topics: ReadonlySet<string>): Promise<ReadonlyMap<string, unknown>> {
    await this.#cluster.connect();
    const failures = await this.#findNew([...topics].filter((topic) => !this.#topics.has(topic)));
    if (this.isStale) await this.#cluster.refreshMetadata();
    else await this.#cluster.refreshMetadataIfNecessary();
    this.isStale = false;
    return failures;
  }

  /** The node that leads a partition; `undefined` while there is none. */
  leaderOf({ topic, partition }: TopicPartition): number | undefined {
    const metadata = this.#cluster.findTopicPartitionMetadata(topic);
    let leaders = this.#leaders.get(topic);
    if (leaders?.metadata !== metadata) {
      const known = metadata.filter(({ leader }) => leader !== null && leader >= 0);
      leaders = {
        metadata,
        byPartition: new Map(known.map(({ partitionId, leader }) => [partitionId, leader])),
      };
      this.#leaders.set(topic, leaders);
    }
    return leaders.byPartition.get(partition);
  }

  async brokerOf(node: number): Promise<KafkajsBroker> {
    const broker: unknown = await this.#cluster.findBroker({ nodeId: String(node) });
    return checkKafkajs<KafkajsBroker>("broker", broker, brokerMethods);
  }

  /** A producer id that was never used. Any broker gives one. */
  async newIdentity(node: number): Promise<ProducerIdentity> {
    const broker = await this.brokerOf(node);
    return new ProducerIdentity(await broker.initProducerId({ transactionTimeout: 60_000 }));
  }

  /** Ends the connections at once, and with them everything that is under way. */
  destroy(): void {
    this.#client.sockets.destroy();
    // Stops the timers of connections that have ended.
    void this.#cluster.disconnect().catch(() => undefined);
  }

  /** Together, or, where one of them is refused, each by itself. */
  async #findNew(topics: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const failures = new Map<string, unknown>();
    if (topics.length === 0) return failures;
    try {
      await this.#cluster.addMultipleTargetTopics(topics);
      for (const topic of topics) this.#topics.add(topic);
    } catch (thrown) {
      if (!isTopicError(thrown)) throw thrown;
      const [only, ...others] = topics;
      if (only !== undefined && others.length === 0) return failures.set(only, thrown);
      for (const topic of topics) {
        for (const [name, failure] of await this.#findNew([topic])) failures.set(name, failure);
      }
    }
    return failures;
  }
}
