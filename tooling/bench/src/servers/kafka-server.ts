import type { Need } from "@wirekit/servers";
import type { Traffic } from "../harness/compare.ts";

/** A Kafka that clients are measured against. It runs in another process: its work is not the client's. */
export interface KafkaServer {
  /** What it is, for the report: `Apache Kafka 3.9.2`. */
  readonly description: string;
  readonly bootstrapServers: string;
  /**
   * From where on it knows the protocol's versions: `@platformatic/kafka` speaks none of the old ones,
   * kafkajs none of the new ones.
   */
  readonly protocol: "old" | "old and new";
  createTopic(name: string, partitions: number): Promise<void>;
  /**
   * The processor time that it took since it started, and how often it was asked for this API, where it
   * counts that.
   */
  traffic(api: string): Promise<Traffic>;
  close(): Promise<void>;
}

/** How a case gets its Kafka. */
export interface KafkaSetup {
  readonly needs: readonly Need[];
  readonly startServer: () => Promise<KafkaServer>;
  /** What the Python original did in a second on this Kafka, where that was measured: on two cores. */
  readonly original?: { readonly sends: number; readonly receives: number } | undefined;
}
