import { startKafka } from "@wirekit/servers";
import { Kafka as Kafkajs, logLevel } from "kafkajs";
import type { KafkaServer } from "./kafka-server.ts";
import { processorMsOf } from "./processor-time.ts";

/**
 * Room enough, and as many threads that collect as there are processors. Java's second compiler stays away:
 * within a case, it takes more of the machine than it gives back.
 */
const javaOptions = ["-Xms1g", "-Xmx1g", "-XX:TieredStopAtLevel=1", "-XX:+UseParallelGC"];

/** Starts Apache Kafka. It does not count its requests in a way that could be asked for here. */
export async function startApacheKafka(): Promise<KafkaServer> {
  const kafka = await startKafka({ javaOptions });
  const { plaintext } = kafka.addresses;
  const admin = new Kafkajs({ brokers: [plaintext], logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
  } catch (error) {
    await kafka.stop();
    throw error;
  }
  return {
    description: `Apache Kafka ${kafka.versions.kafka}`,
    bootstrapServers: plaintext,
    protocol: "old and new",
    async createTopic(topic, numPartitions) {
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
    },
    traffic: async () => ({ processorMs: await processorMsOf(kafka.pid) }),
    async close() {
      try {
        await admin.disconnect();
      } finally {
        await kafka.stop();
      }
    },
  };
}
