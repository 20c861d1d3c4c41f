import type { RetryPolicy, WaitOptions } from "@wirekit/core";
import { retry } from "@wirekit/core/kit";
import { toAwsError } from "./aws-error.ts";
import type { AwsMessagingConfig } from "./config.ts";
import type { SqsAdminApi } from "./sqs-admin-api.ts";
import { nameOf, queueNameFor, readReference } from "./wire/names.ts";

/** Which queue is meant: the one of a topic, or one by its own name. */
export type QueueTarget =
  | { readonly topic: string; readonly queue?: undefined }
  | { readonly queue: string; readonly topic?: undefined };

type DirectoryConfig = Pick<AwsMessagingConfig, "environment" | "queueMap">;

/** The queue's name, ARN or URL: by the map, by the rule for a topic's queue, or as it was given. */
export function queueReference(target: QueueTarget, { queueMap, environment }: DirectoryConfig): string {
  const logical = target.topic ?? target.queue;
  const mapped = Object.hasOwn(queueMap, logical) ? queueMap[logical] : undefined;
  if (mapped !== undefined) return mapped;
  return target.topic === undefined ? target.queue : queueNameFor(target.topic, environment);
}

/** The name to show for a queue: in logs, errors and metadata. */
export function queueDisplayName(target: QueueTarget, config: DirectoryConfig): string {
  return nameOf(queueReference(target, config));
}

/** Asks SQS for the URL of a queue, unless it is known already. */
export async function resolveQueueUrl(
  target: QueueTarget,
  config: DirectoryConfig,
  {
    sqs,
    policy,
    signal,
  }: Pick<WaitOptions, "signal"> & {
    readonly sqs: Pick<SqsAdminApi, "getQueueUrl">;
    readonly policy: Partial<RetryPolicy>;
  },
): Promise<string> {
  const reference = readReference(queueReference(target, config));
  if (reference.kind === "url") return reference.url;
  const input =
    reference.kind === "name"
      ? { QueueName: reference.name }
      : { QueueName: nameOf(reference.arn), QueueOwnerAWSAccountId: reference.arn.split(":")[4] ?? "" };
  const what = `Looking for the queue ${input.QueueName}`;
  const { QueueUrl } = await retry(
    () =>
      sqs.getQueueUrl(input, { signal }).catch((thrown) => {
        throw toAwsError(what, thrown);
      }),
    { policy, signal },
  );
  if (QueueUrl !== undefined) return QueueUrl;
  throw toAwsError(what, Object.assign(new Error("no URL"), { name: "QueueDoesNotExist" }));
}
