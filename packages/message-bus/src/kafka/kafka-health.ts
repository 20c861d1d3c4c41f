import type { Health } from "@wirekit/core";
import type { KafkaSourceDetails } from "./consumer/source-details.ts";
import type { TopicOfGroup } from "./kafka-receivers.ts";

/** One group that a bus takes part in, by a consumer or by `receiveMessage`. */
export interface KafkaGroupHealth extends KafkaSourceDetails {
  readonly topic: string;
  readonly groupId: string;
  readonly role: "consumer" | "receiver";
}

/** Whether a bus over Kafka can do its work. */
export interface KafkaBusHealth extends Health {
  /** Assignment and lag are as of the last fetch; {@link KafkaMessageBus.lag} asks the broker. */
  readonly groups: readonly KafkaGroupHealth[];
}

/** What one group says of itself, as a part of the bus's health. */
export function groupHealth(
  role: KafkaGroupHealth["role"],
  { topic, groupId, details }: TopicOfGroup & { readonly details: KafkaSourceDetails },
): KafkaGroupHealth {
  return { topic, groupId, role, ...details };
}
