import type { Kafka } from "@wirekit/devstack/kafka";
import { CompressionTypes, Partitioners } from "kafkajs";
import { stranger } from "../read-topic.ts";

interface Filling {
  readonly topic: string;
  readonly partitions: number;
  /** In each partition. */
  readonly batches: number;
  readonly records: number;
  readonly valueBytes: number;
  readonly compression: "none" | "gzip";
}

/** Fills every partition of a topic with equal batches; how many records that are. */
export async function fill(
  kafka: Kafka,
  { topic, partitions, batches, records, valueBytes, compression }: Filling,
): Promise<number> {
  const producer = stranger(kafka).producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const value = Buffer.alloc(valueBytes, "x");
  for (let batch = 0; batch < batches; batch += 1) {
    const messages = Array.from({ length: partitions * records }, (_, index) => ({
      partition: index % partitions,
      key: `${index % 7}`,
      value,
    }));
    await producer.send({
      topic,
      messages,
      compression: compression === "gzip" ? CompressionTypes.GZIP : CompressionTypes.None,
    });
  }
  await producer.disconnect();
  return partitions * batches * records;
}
