import { silentLogger } from "@wirekit/core";
import { type Kafka as KafkaServer, startKafka } from "@wirekit/devstack/kafka";
import { openBus } from "../open-bus.ts";
import { paymentTargets } from "../payment-targets.ts";
import { kafkaTopics } from "./kafka-topics.ts";
import { takeoverAfterMs } from "./payment-day.ts";
import { openProcesses } from "./processes.ts";
import { runPrefix, type Stage } from "./stage.ts";

/** So that instances can share the work; the embedded broker would make topics of one. */
const partitions = 6;

/**
 * Kafka in this process or, where bootstrap servers are given, there. Each instance of the service is a
 * process.
 */
export async function openKafkaStage(servers: string | undefined): Promise<Stage> {
  const broker = servers === undefined ? await startKafka() : undefined;
  const address = servers ?? broker?.bootstrapServers ?? "";
  const env = environmentFor(broker);
  const prefix = runPrefix();
  const targets = paymentTargets({ prefix });
  const place = { name: "kafka", address } as const;
  const bus = openBus(place, { env, takeoverAfterMs, logger: silentLogger });
  const processes = await openProcesses({ place, prefix, env });
  const names = Object.values(targets);
  const topics = broker === undefined ? kafkaTopics(address, env) : undefined;

  async function close(): Promise<void> {
    await processes.close();
    await bus.close();
    await topics?.remove();
    await broker?.close();
  }
  try {
    for (const name of names) broker?.createTopic(name, partitions);
    await topics?.create(names, partitions);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return {
    busName: "Kafka",
    where: `${broker === undefined ? "Kafka is" : "A Kafka broker runs in this process,"} at ${address}; each instance of the service is a process.`,
    bus,
    targets,
    ledger: processes.ledger,
    startInstance: processes.start,
    takeover: { afterMs: takeoverAfterMs, called: "the session time-out" },
    sharesAnew: "the group shared out its partitions anew",
    requests: () => {
      if (broker === undefined) return undefined;
      const { Produce, Fetch, OffsetCommit, Heartbeat, JoinGroup } = broker.counts.requests;
      return { Produce, Fetch, OffsetCommit, Heartbeat, JoinGroup };
    },
    close,
  };
}

/** What the environment says of Kafka is not for the embedded broker. */
function environmentFor(broker: KafkaServer | undefined): NodeJS.ProcessEnv {
  if (broker === undefined) return { KAFKA_API_PROTOCOL: "PLAINTEXT", ...process.env };
  return { PATH: process.env.PATH, KAFKA_API_PROTOCOL: "PLAINTEXT" };
}
