import type { Admin } from "kafkajs";
import type { PartitionLag } from "../kafka-driver.ts";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { type ConnectionOptions, type KafkajsClient, openKafkajsClient } from "./kafkajs-client.ts";
import { protocolErrorType, wirekitErrorOf } from "./kafkajs-fault.ts";

export type AdminOptions = ConnectionOptions & Pick<ResolvedKafkaOptions, "producerId" | "topicCreation">;

/** Thrown, out of kafkajs, to keep it from sending: what was wanted is known by then. */
class Learned extends Error {
  readonly retriable = false;
}

/** Questions to the cluster, over one connection that is opened with the first and given up with the first that fails. */
export class KafkajsAdmin {
  readonly #options: AdminOptions;
  #connected: Promise<{ readonly client: KafkajsClient; readonly admin: Admin }> | undefined;

  constructor(options: AdminOptions) {
    this.#options = options;
  }

  async partitionCount(topic: string): Promise<number> {
    try {
      return await this.#ask(async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        return topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
      });
    } catch (thrown) {
      const isMissing = protocolErrorType(thrown) === "UNKNOWN_TOPIC_OR_PARTITION";
      if (!isMissing || this.#options.topicCreation === "never") throw this.#errorOf(thrown, topic);
      return await this.#askForNew(topic);
    }
  }

  async lag(topic: string, groupId: string): Promise<readonly PartitionLag[]> {
    try {
      return await this.#ask(async (admin) => {
        const ends = await admin.fetchTopicOffsets(topic);
        const groups = await admin.fetchOffsets({ groupId, topics: [topic] });
        const committed = new Map(
          groups.flatMap(({ partitions }) =>
            partitions.map(({ partition, offset }) => [partition, BigInt(offset)]),
          ),
        );
        return ends.map(({ partition, high, low }) => {
          const offset = committed.get(partition);
          const committedOffset = offset === undefined || offset < 0n ? undefined : offset;
          const endOffset = BigInt(high);
          const behind = endOffset - (committedOffset ?? BigInt(low));
          return { topic, partition, endOffset, committedOffset, lag: behind < 0n ? 0n : behind };
        });
      });
    } catch (thrown) {
      throw this.#errorOf(thrown, topic);
    }
  }

  close(): void {
    const connected = this.#connected;
    this.#connected = undefined;
    void connected?.then(destroy).catch(() => undefined);
  }

  async #ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    this.#connected ??= this.#connect();
    const connected = this.#connected;
    try {
      return await question((await connected).admin);
    } catch (thrown) {
      // kafkajs remembers the topics it was asked for, and fails every later question while one of them is missing.
      if (this.#connected === connected) this.close();
      throw thrown;
    }
  }

  async #connect() {
    const client = await openKafkajsClient(this.#options.producerId, this.#options);
    const admin = client.kafka.admin();
    try {
      await admin.connect();
      return { client, admin };
    } catch (thrown) {
      destroy({ client, admin });
      throw thrown;
    }
  }

  /**
   * Asks for a topic in the way in which brokers make one: as a producer does. kafkajs lets no one else ask like that, so a producer
   * of its own is stopped as soon as it has been told the partitions.
   */
  async #askForNew(topic: string): Promise<number> {
    const client = await openKafkajsClient(this.#options.producerId, this.#options);
    let count = 0;
    const producer = client.kafka.producer({
      retry: { retries: 0 },
      allowAutoTopicCreation: true,
      createPartitioner:
        () =>
        ({ partitionMetadata }) => {
          count = partitionMetadata.length;
          throw new Learned("the partitions are known");
        },
    });
    try {
      await producer.connect();
      await producer.send({ topic, messages: [{ value: "" }] });
    } catch (thrown) {
      if (count === 0) throw this.#errorOf(thrown, topic);
    } finally {
      client.sockets.destroy();
      void producer.disconnect().catch(() => undefined);
    }
    return count;
  }

  #errorOf(thrown: unknown, topic: string) {
    return wirekitErrorOf(thrown, { what: "Asking for metadata", topic, sasl: this.#options.sasl });
  }
}

function destroy({ client, admin }: { readonly client: KafkajsClient; readonly admin: Admin }): void {
  client.sockets.destroy();
  void admin.disconnect().catch(() => undefined);
}
