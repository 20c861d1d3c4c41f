import { Kafka, logLevel } from "kafkajs";
import { patientKafkajs } from "../programs/patient-kafkajs.ts";
import type { LoadBroker } from "./load-broker.ts";

/** More than there are consumers, so that each has some, and gives some up when another comes. */
const numPartitions = 6;

/**
 * The topics of a load on Kafka, where nothing is ever gone: that all was handled is for the account to say.
 */
export function kafkaBroker({ url }: { readonly url: string }): LoadBroker {
  const admin = new Kafka({ ...patientKafkajs, brokers: [url], logLevel: logLevel.NOTHING }).admin();
  return {
    open: async (queues) => {
      await admin.connect();
      try {
        await admin.createTopics({
          waitForLeaders: true,
          topics: queues.map((topic) => ({ topic, numPartitions })),
        });
      } finally {
        await admin.disconnect();
      }
    },
    isEmpty: async () => true,
    close: async () => undefined,
  };
}
