import { rejectOnAbort } from "@wirekit/core/kit";
import type { PartitionLag } from "../kafka-driver.ts";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { Coordinator } from "./coordinator.ts";
import { committedOffsets, logOffsets } from "./group-offsets.ts";
import { type ConnectionOptions, type KafkajsClient, openKafkajsClient } from "./kafkajs-client.ts";
import { wirekitErrorOf } from "./kafkajs-error.ts";
import type { KafkajsCluster } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { openCluster } from "./kafkajs-hooks/open-cluster.ts";

/** What queries need of the options. */
export type QueryOptions = ConnectionOptions &
  Pick<ResolvedKafkaOptions, "producerId" | "topicCreation" | "metadataMaxAgeMs">;

interface Connected {
  readonly client: KafkajsClient;
  readonly cluster: KafkajsCluster;
}

/**
 * Questions to the cluster, over connections that are opened with the first and given up with the first that
 * fails.
 */
export class ClusterQueries {
  readonly #options: QueryOptions;
  readonly #closed = new AbortController();
  #connected: Promise<Connected> | undefined;

  constructor(options: QueryOptions) {
    this.#options = options;
  }

  /**
   * How many partitions a topic has. A broker that creates topics on demand creates it, unless
   * `topicCreation` forbids it.
   */
  partitionCount(topic: string): Promise<number> {
    return this.#ask(topic, async (cluster) => (await partitionsOf(cluster, topic)).length);
  }

  lag(topic: string, groupId: string): Promise<readonly PartitionLag[]> {
    return this.#ask(topic, async (cluster) => {
      const partitions = await partitionsOf(cluster, topic);
      const coordinator = await new Coordinator(cluster, groupId).find();
      const [starts, ends, committed] = await Promise.all([
        logOffsets(cluster, { topic, startAt: "earliest" }, partitions),
        logOffsets(cluster, { topic, startAt: "latest" }, partitions),
        committedOffsets(coordinator, { topic, groupId }, partitions),
      ]);
      return partitions.map((partition) => {
        const endOffset = ends.get(partition) ?? 0n;
        const committedOffset = committed.get(partition);
        const behind = endOffset - (committedOffset ?? starts.get(partition) ?? 0n);
        return { topic, partition, endOffset, committedOffset, lag: behind < 0n ? 0n : behind };
      });
    });
  }

  /** Ends the connections, and fails what is being asked. */
  close(reason: unknown): void {
    this.#closed.abort(reason);
    this.#disconnect();
  }

  async #ask<T>(topic: string, question: (cluster: KafkajsCluster) => Promise<T>): Promise<T> {
    this.#closed.signal.throwIfAborted();
    this.#connected ??= this.#connect();
    const connected = this.#connected;
    const asking = async () => {
      const { cluster } = await connected;
      await cluster.connect();
      return question(cluster);
    };
    try {
      return await rejectOnAbort(asking(), this.#closed.signal);
    } catch (thrown) {
      // kafkajs remembers the topics it was asked for, and fails every later question while one of them is
      // missing.
      if (this.#connected === connected) this.#disconnect();
      const { sasl, securityProtocol } = this.#options;
      throw wirekitErrorOf(thrown, { what: "Asking for metadata", topic, sasl, securityProtocol });
    }
  }

  async #connect(): Promise<Connected> {
    const client = await openKafkajsClient(this.#options.producerId, this.#options);
    return { client, cluster: openCluster(client.kafka, { ...this.#options, isolation: "uncommitted" }) };
  }

  #disconnect(): void {
    const connected = this.#connected;
    this.#connected = undefined;
    const destroy = ({ client, cluster }: Connected) => {
      client.sockets.destroy();
      return cluster.disconnect();
    };
    void connected?.then(destroy).catch(() => undefined);
  }
}

/** Asks anew, because a topic may have grown. */
async function partitionsOf(cluster: KafkajsCluster, topic: string): Promise<readonly number[]> {
  await cluster.addMultipleTargetTopics([topic]);
  await cluster.refreshMetadata();
  return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
}
