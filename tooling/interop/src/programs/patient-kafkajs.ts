import type { KafkaConfig } from "kafkajs";

/**
 * What kafkajs waits for a connection is a second, unless it is told otherwise. On a busy machine that says
 * nothing of the broker.
 */
export const patientKafkajs = { connectionTimeout: 60_000 } as const satisfies Partial<KafkaConfig>;
