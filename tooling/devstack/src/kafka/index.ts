export type { KafkaClock } from "./clock.ts";
export type { SaslMechanism, Users } from "./connections/exchange.ts";
export { type ErrorName, KafkaError } from "./errors.ts";
export type { Fault, FaultScope, Moment } from "./faults.ts";
export type { GroupSnapshot, Kafka, KafkaFaults, NodeScope, TopicPartition } from "./kafka.ts";
export type { KafkaOptions, SecurityProtocol } from "./options.ts";
export type { ApiName } from "./protocol/layouts.ts";
export type { KafkaCounts } from "./request-counters.ts";
export { startKafka } from "./start-kafka.ts";
