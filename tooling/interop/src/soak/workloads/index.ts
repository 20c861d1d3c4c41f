import type { Workload } from "../workload.ts";
import { idempotencyOnRedis } from "./idempotency-on-redis.ts";
import { messageBusOnKafka } from "./message-bus-on-kafka.ts";
import { awsMessagingOnElasticMq, messageBusOnElasticMq } from "./on-elasticmq.ts";

/** Everything that a soak runs, all at once. */
export const workloads: readonly Workload[] = [
  awsMessagingOnElasticMq,
  messageBusOnElasticMq,
  messageBusOnKafka,
  idempotencyOnRedis,
];
