import type { Env, Logger } from "@wirekit/core";
import { KafkaMessageBus, MemoryMessageBus, type MessageBus, SqsMessageBus } from "@wirekit/message-bus";

/** The buses that the payment service runs on. */
export const busNames = ["memory", "sqs", "kafka"] as const;
export type BusName = (typeof busNames)[number];

/**
 * Where a bus is: `address` is SQS's base URL, or Kafka's bootstrap servers. A bus in memory is nowhere else.
 */
export type BusPlace =
  | { readonly name: "memory" }
  | { readonly name: Exclude<BusName, "memory">; readonly address: string };

export interface OpenBusOptions {
  /** Region, protocol and credentials, by the names that each bus documents for its `fromEnv`. */
  readonly env: Env;
  /**
   * After how long the work of an instance that has died goes to another one, in milliseconds. Default: the
   * bus's own.
   */
  readonly takeoverAfterMs?: number | undefined;
  readonly logger?: Logger | undefined;
}

/** Opens a bus. This is all that the choice of one comes to: whoever is given it cannot tell. */
export function openBus(place: BusPlace, options: OpenBusOptions): MessageBus {
  const { env, takeoverAfterMs, logger } = options;
  switch (place.name) {
    case "memory":
      return new MemoryMessageBus({ visibilityTimeoutMs: takeoverAfterMs, logger });
    case "sqs":
      return SqsMessageBus.fromEnv(env, {
        queueUrl: place.address,
        visibilityTimeoutMs: takeoverAfterMs,
        logger,
      });
    case "kafka":
      return KafkaMessageBus.fromEnv(env, {
        bootstrapServers: place.address,
        sessionTimeoutMs: takeoverAfterMs,
        heartbeatIntervalMs: takeoverAfterMs && takeoverAfterMs / 8,
        logger,
      });
  }
}

/** What the names of targets end in: only queues with this suffix keep an order on SQS. */
export function targetSuffix(name: BusName): string {
  return name === "sqs" ? ".fifo" : "";
}
