import { WirekitError } from "@wirekit/core";
import type { TopicPartition } from "../kafka-driver.ts";
import { type BatchHead, batchBytes, writeBatch } from "./encode-batch.ts";
import type { KafkajsBroker, RequestProtocol } from "./kafkajs-hooks/kafkajs-cluster.ts";
import { withProtocol } from "./kafkajs-hooks/own-protocol.ts";

/** One batch of a request: what its head says, and its records as they are sent. */
export interface EncodedBatch extends TopicPartition, BatchHead {
  readonly records: Buffer;
}

/** What the broker answered for one batch. */
export type BatchAnswer =
  | { readonly kind: "written"; readonly baseOffset: bigint }
  /** @param thrown kafkajs's error for what the broker said. */
  | { readonly kind: "refused"; readonly thrown: unknown }
  /** The answer does not mention the batch. */
  | { readonly kind: "missing" };

/** The answer to a produce request, as kafkajs decodes it. */
interface DecodedAnswer {
  readonly topics: readonly {
    readonly topicName: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly baseOffset: string;
    }[];
  }[];
}

/**
 * Writes batches to the broker that leads their partitions, in one request that waits for all replicas.
 * Resolves with one answer for each.
 *
 * @param onSent called when the request is made: from then on it may reach the broker.
 * @throws whatever kafkajs throws where the broker has not answered.
 */
export async function sendProduceRequest(
  broker: KafkajsBroker,
  batches: readonly EncodedBatch[],
  { timeoutMs, onSent }: { readonly timeoutMs: number; readonly onSent: () => void },
): Promise<readonly BatchAnswer[]> {
  const writing = withProtocol(broker, (protocol) => ({
    request: {
      ...protocol.request,
      encode: async () => {
        checkVersion(protocol.request.apiVersion);
        const buffer = encodeRequest(batches, timeoutMs);
        onSent();
        return { buf: buffer, buffer };
      },
    },
    // kafkajs reports the first partition that was refused, and nothing of the others.
    response: {
      ...protocol.response,
      parse: async (decoded) => answersOf(decoded as DecodedAnswer, batches, protocol.response),
    },
  }));
  return (await writing.produce({ topicData: [] })) as readonly BatchAnswer[];
}

/** Versions 3 to 8 of the request have one layout; kafkajs knows 0 to 7. */
function checkVersion(version: number): void {
  if (version >= 3 && version <= 8) return;
  throw new WirekitError(
    `The broker takes produce requests of version ${version} only: Kafka 0.11 or later is needed`,
    { code: "message-bus/kafkajs-version", details: { version } },
  );
}

/** https://kafka.apache.org/protocol#The_Messages_Produce */
function encodeRequest(batches: readonly EncodedBatch[], timeoutMs: number): Buffer {
  const topics = byTopic(batches);
  const buffer = Buffer.allocUnsafe(requestBytes(topics));
  // No transaction; all replicas are to have it.
  buffer.writeInt16BE(-1, 0);
  buffer.writeInt16BE(-1, 2);
  buffer.writeInt32BE(timeoutMs, 4);
  let at = buffer.writeInt32BE(topics.size, 8);
  for (const [topic, partitions] of topics) {
    at = buffer.writeInt16BE(topic.length, at);
    at += buffer.write(topic, at, "latin1");
    at = buffer.writeInt32BE(partitions.length, at);
    for (const batch of partitions) {
      at = buffer.writeInt32BE(batch.partition, at);
      at = buffer.writeInt32BE(batchBytes(batch.records.length), at);
      at = writeBatch(buffer, at, batch, batch.records);
    }
  }
  return buffer;
}

/** A topic's name is ASCII. */
function requestBytes(topics: ReadonlyMap<string, readonly EncodedBatch[]>): number {
  let bytes = 12;
  for (const [topic, partitions] of topics) {
    bytes += 2 + topic.length + 4;
    for (const { records } of partitions) bytes += 8 + batchBytes(records.length);
  }
  return bytes;
}

function byTopic(batches: readonly EncodedBatch[]): ReadonlyMap<string, EncodedBatch[]> {
  const topics = new Map<string, EncodedBatch[]>();
  for (const batch of batches) {
    const partitions = topics.get(batch.topic);
    if (partitions === undefined) topics.set(batch.topic, [batch]);
    else partitions.push(batch);
  }
  return topics;
}

function answersOf(
  { topics }: DecodedAnswer,
  batches: readonly EncodedBatch[],
  { parse }: RequestProtocol["response"],
): Promise<BatchAnswer[]> {
  const answers = new Map(
    topics.flatMap(({ topicName, partitions }) =>
      partitions.map((answer) => [`${answer.partition}:${topicName}`, answer] as const),
    ),
  );
  const answerOf = async ({ topic, partition }: TopicPartition): Promise<BatchAnswer> => {
    const answer = answers.get(`${partition}:${topic}`);
    if (answer === undefined) return { kind: "missing" };
    if (answer.errorCode === 0) return { kind: "written", baseOffset: BigInt(answer.baseOffset) };
    try {
      await parse({ topics: [{ topicName: topic, partitions: [answer] }] });
      return { kind: "missing" };
    } catch (thrown) {
      return { kind: "refused", thrown };
    }
  };
  return Promise.all(batches.map(answerOf));
}
