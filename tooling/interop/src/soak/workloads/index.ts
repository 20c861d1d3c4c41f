import type { Workload } from "../workload.ts";
import { awsMessagingOnElasticMq } from "./aws-messaging-on-elasticmq.ts";
import { idempotencyOnRedis } from "./idempotency-on-redis.ts";

/** Everything that a soak runs, all at once. */
export const workloads: readonly Workload[] = [awsMessagingOnElasticMq, idempotencyOnRedis];
