import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Traffic } from "../harness/compare.ts";
import { nextMessage } from "./server-process.ts";

export interface KafkaProcess {
  readonly bootstrapServers: string;
  createTopic(name: string, partitions: number): Promise<void>;
  /** What it was asked for of this API since it started, and the processor time that everything took. */
  traffic(api: string): Promise<Traffic>;
  close(): Promise<void>;
}

interface Answer {
  readonly counts: Readonly<Record<string, number>>;
  readonly processorMs: number;
}

/** Starts the embedded Kafka in a process of its own: its work is not the client's. */
export async function startKafkaProcess(): Promise<KafkaProcess> {
  const child = fork(fileURLToPath(new URL("./kafka.ts", import.meta.url)));
  const { bootstrapServers } = await nextMessage<{ readonly bootstrapServers: string }>(child);
  return {
    bootstrapServers,
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
