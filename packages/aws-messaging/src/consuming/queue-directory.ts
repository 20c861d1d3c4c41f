import { type FindQueueOptions, findQueueUrl } from "@wirekit/core/aws";
import type { AwsMessagingConfig } from "../config.ts";
import type { SqsAdminApi } from "../connection/sqs-admin-api.ts";
import { nameOf, ownValue, queueNameFor } from "../wire/names.ts";

/** Which queue is meant: the one of a topic, or one by its own name. */
export type QueueTarget =
  | { readonly topic: string; readonly queue?: undefined }
  | { readonly queue: string; readonly topic?: undefined };

type DirectoryConfig = Pick<AwsMessagingConfig, "environment" | "queueMap">;

/** The queue's name, ARN or URL: by the map, by the rule for a topic's queue, or as it was given. */
export function queueReference(target: QueueTarget, { queueMap, environment }: DirectoryConfig): string {
  const logical = target.topic ?? target.queue;
  const mapped = ownValue(queueMap, logical);
  if (mapped !== undefined) return mapped;
  return target.topic === undefined ? target.queue : queueNameFor(target.topic, environment);
}

/** The name to show for a queue: in logs, errors and metadata. */
export function queueDisplayName(target: QueueTarget, config: DirectoryConfig): string {
  return nameOf(queueReference(target, config));
}

/** Asks SQS for the URL of a queue, unless it is known already. */
export function findQueue(
  target: QueueTarget,
  config: DirectoryConfig & Pick<AwsMessagingConfig, "requestTimeoutMs" | "clock" | "random">,
  {
    sqs,
    ...options
  }: Pick<FindQueueOptions, "retry" | "signal"> & {
    readonly sqs: Pick<SqsAdminApi, "getQueueUrl">;
  },
): Promise<string> {
  const { requestTimeoutMs, clock, random } = config;
  return findQueueUrl(sqs, queueReference(target, config), { ...options, requestTimeoutMs, clock, random });
}
