export type { KafkaClock } from "./clock.ts";
export type { SaslMechanism, Users } from "./connections/sasl.ts";
export type { ErrorName } from "./errors.ts";
export type { Fault, FaultScope, Moment } from "./faults.ts";
export type { KafkaOptions, SecurityProtocol } from "./options.ts";
export type { ApiName } from "./protocol/layouts.ts";
export type { KafkaCounts } from "./request-counters.ts";
export {
  type GroupSnapshot,
  type Kafka,
  type KafkaFaults,
  startKafka,
  type TopicPartition,
} from "./start-kafka.ts";
