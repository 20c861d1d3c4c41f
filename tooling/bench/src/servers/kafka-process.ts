import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { KafkaServer } from "./kafka-server.ts";
import { nextMessage } from "./server-process.ts";

interface Answer {
  readonly counts: Readonly<Record<string, number>>;
  readonly processorMs: number;
}

/** Starts the embedded Kafka in a process of its own. */
export async function startKafkaProcess(): Promise<KafkaServer> {
  const child = fork(fileURLToPath(new URL("./kafka.ts", import.meta.url)));
  const { bootstrapServers } = await nextMessage<{ readonly bootstrapServers: string }>(child);
  return {
    description: "the embedded Kafka",
    bootstrapServers,
    protocol: "old",
    async createTopic(newTopic, partitions) {
      child.send({ newTopic, partitions });
      await nextMessage<Answer>(child);
    },
    async traffic(api) {
      child.send({});
      const { counts, processorMs } = await nextMessage<Answer>(child);
      return { requests: counts[api] ?? 0, processorMs };
    },
    async close() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
