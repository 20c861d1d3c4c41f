import { Kafka, type KafkaConfig, logLevel, type SASLOptions } from "kafkajs";

/** Topics on a server that others use as well. */
export interface KafkaTopics {
  create(names: readonly string[], partitions: number): Promise<void>;
  /** Leaves the server as it was found: what was created goes. */
  remove(): Promise<void>;
}

/** Logs in as the environment says, in the variables that the bus reads. */
export function kafkaTopics(bootstrapServers: string, env: NodeJS.ProcessEnv): KafkaTopics {
  const kafka = new Kafka(configOf(bootstrapServers, env));
  const withAdmin = async (task: (admin: ReturnType<Kafka["admin"]>) => Promise<unknown>) => {
    const admin = kafka.admin();
    try {
      await admin.connect();
      await task(admin);
    } finally {
      await admin.disconnect();
    }
  };
  const created: string[] = [];
  return {
    create: (names, numPartitions) =>
      withAdmin(async (admin) => {
        const topics = names.map((topic) => ({ topic, numPartitions }));
        await admin.createTopics({ topics, waitForLeaders: true });
        created.push(...names);
      }),
    remove: async () => {
      if (created.length > 0) await withAdmin((admin) => admin.deleteTopics({ topics: created }));
    },
  };
}

function configOf(bootstrapServers: string, env: NodeJS.ProcessEnv): KafkaConfig {
  const protocol = env.KAFKA_API_PROTOCOL ?? "PLAINTEXT";
  const { KAFKA_API_KEY: username = "", KAFKA_API_SECRET: password = "" } = env;
  const mechanism = (env.KAFKA_API_SASL_MECHANISM ?? "PLAIN").toLowerCase();
  return {
    clientId: "message-bus-demo",
    brokers: bootstrapServers.split(","),
    logLevel: logLevel.NOTHING,
    ssl: protocol.endsWith("SSL"),
    ...(protocol.startsWith("SASL_") && { sasl: { mechanism, username, password } as SASLOptions }),
  };
}
