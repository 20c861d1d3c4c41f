import type { AwsMessagingConfig } from "../config.ts";
import { queueReference } from "../consuming/queue-directory.ts";
import {
  deadLetterQueueNameFor,
  nameOf,
  type ResourceReference,
  readReference,
  topicNameFor,
} from "../wire/names.ts";

/** The topic and the queues that belong together: by the rule, or what the maps put in their place. */
export interface Resources {
  readonly topic: ResourceReference;
  readonly queue: ResourceReference;
  readonly deadLetterQueue: ResourceReference;
}

/**
 * The same topic and queue as `publish` and `consume` use; the dead-letter queue may be mapped by its name.
 */
export function resourcesOf(
  topic: string,
  config: Pick<AwsMessagingConfig, "environment" | "topicMap" | "queueMap">,
): Resources {
  const { environment, topicMap } = config;
  const mapped = Object.hasOwn(topicMap, topic) ? topicMap[topic] : undefined;
  const queue = queueReference({ topic }, config);
  const deadLetterQueue = deadLetterQueueNameFor(nameOf(queue));
  return {
    topic: readReference(mapped ?? topicNameFor(topic, environment)),
    queue: readReference(queue),
    deadLetterQueue: readReference(queueReference({ queue: deadLetterQueue }, config)),
  };
}

/** A resource's own name, whichever way it is referred to. */
export function resourceName(reference: ResourceReference): string {
  if (reference.kind === "name") return reference.name;
  return nameOf(reference.kind === "arn" ? reference.arn : reference.url);
}
