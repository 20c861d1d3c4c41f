import { rejectOnAbort } from "@wirekit/core/kit";
import type { Producer, RecordMetadata } from "kafkajs";
import type { ResolvedKafkaOptions } from "../kafka-options.ts";
import { type ConnectionOptions, type KafkajsClient, openKafkajsClient } from "./kafkajs-client.ts";
import type { PartitionBatch } from "./partition-batch.ts";
import { preparedMessages } from "./prepared-messages.ts";
import { type OutgoingMessage, type ProduceCall, partitionName } from "./produce-call.ts";

/** What a producer needs of the options. */
export type ProducerOptions = ConnectionOptions &
  Pick<ResolvedKafkaOptions, "producerId" | "compression" | "topicCreation" | "metadataMaxAgeMs">;

/** kafkajs wants at least one try more; all others are ours, because kafkajs's own cannot be stopped. */
const retry = { retries: 1, initialRetryTime: 50, maxRetryTime: 100 };

/** A producer of kafkajs: one producer id, and the sequence numbers that belong to it. */
export class KafkajsProducer {
  readonly #client: KafkajsClient;
  readonly #producer: Producer;
  readonly #options: ProducerOptions;
  #answers = 0;
  #isConnected = false;

  private constructor(client: KafkajsClient, options: ProducerOptions) {
    this.#client = client;
    this.#options = options;
    this.#producer = client.kafka.producer({
      idempotent: true,
      retry,
      metadataMaxAge: options.metadataMaxAgeMs,
      allowAutoTopicCreation: options.topicCreation === "allow",
      createPartitioner: () => (args) => (args.message as OutgoingMessage).call.partitionOf(args),
    });
    this.#producer.on("producer.network.request", ({ payload }) => {
      if (payload.apiName === "Produce") this.#answers += 1;
    });
  }

  static async open(options: ProducerOptions): Promise<KafkajsProducer> {
    return new KafkajsProducer(await openKafkajsClient(options.producerId, options), options);
  }

  /** How many requests to write were answered so far, whatever the answer. */
  get answers(): number {
    return this.#answers;
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.#isConnected) return;
    await rejectOnAbort(this.#producer.connect(), signal);
    this.#isConnected = true;
  }

  /** Sends in one request, unless the call is ended before; the offsets by partition. */
  async send(call: ProduceCall, batches: readonly PartitionBatch[]): Promise<ReadonlyMap<string, bigint>> {
    const { CompressionTypes } = this.#client.kafkajs;
    const byTopic = new Map<string, PartitionBatch[]>();
    for (const batch of batches) {
      const together = byTopic.get(batch.topic);
      if (together === undefined) byTopic.set(batch.topic, [batch]);
      else together.push(batch);
    }
    const topicMessages = [...byTopic].map(([topic, together]) => ({
      topic,
      messages: preparedMessages(together, call),
    }));
    const first = topicMessages[0]?.messages[0];
    if (first !== undefined) call.watch(first);
    const answers = await this.#producer.sendBatch({
      acks: -1,
      timeout: this.#options.requestTimeoutMs,
      compression: this.#options.compression === "gzip" ? CompressionTypes.GZIP : CompressionTypes.None,
      topicMessages,
    });
    return new Map(answers.flatMap((answer) => offsetIn(answer)));
  }

  /** Ends the connections at once, and with them whatever is under way. */
  destroy(): void {
    this.#client.sockets.destroy();
    // Stops the timers of connections that are gone already; what it waits for has been ended.
    void this.#producer.disconnect().catch(() => undefined);
  }
}

function offsetIn({ topicName: topic, partition, baseOffset }: RecordMetadata): [string, bigint][] {
  return baseOffset === undefined ? [] : [[partitionName({ topic, partition }), BigInt(baseOffset)]];
}
