import type { Clock, Random, WirekitError } from "@wirekit/core";
import type { MemberClient } from "./kafkajs-cluster.ts";

/** What a member is made of, besides its options. */
export interface MemberParts {
  /** Loads kafkajs and makes a client; does not connect. Called once, with the first join. */
  readonly open: () => Promise<MemberClient>;
  /** What is told of an error of kafkajs. */
  readonly errorOf: (what: string, thrown: unknown) => WirekitError;
  readonly topicCreation: "allow" | "never";
  /** For how long the partitions of a topic are believed to be what they were. */
  readonly metadataMaxAgeMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** Pauses between tries, in milliseconds: short, because a rebalance waits for members that come back. */
export const memberBackoff = { baseDelayMs: 100, maxDelayMs: 2_000 } as const;
