import { isFifoQueue } from "@wirekit/core/sqs";

const fifoSuffix = ".fifo";

/** Whether a topic or queue is a FIFO one: its name or ARN says so. */
export const isFifo: (name: string) => boolean = isFifoQueue;

/** What a user's map holds under a name; nothing for names that every object has, such as `constructor`. */
export function ownValue<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Whether a logical topic is a FIFO one: what it is mapped to decides. */
export function isFifoTopic(topic: string, topicMap: Readonly<Record<string, string>>): boolean {
  return isFifo(ownValue(topicMap, topic) ?? topic);
}

/** The name of a logical topic in its environment: `prod-user-events`, `prod-orders.fifo`. */
export function topicNameFor(topic: string, environment: string | undefined): string {
  return environment === undefined ? topic : `${environment}-${topic}`;
}

/** The name, ARN or URL of a logical topic: what it is mapped to, or its name in its environment. */
export function topicReferenceFor(
  topic: string,
  {
    topicMap,
    environment,
  }: { readonly topicMap: Readonly<Record<string, string>>; readonly environment?: string | undefined },
): string {
  return ownValue(topicMap, topic) ?? topicNameFor(topic, environment);
}

/**
 * The name of the one queue that consumes a logical topic: `prod-user-events-queue`,
 * `prod-orders-queue.fifo`.
 */
export function queueNameFor(topic: string, environment: string | undefined): string {
  const name = topicNameFor(topic, environment);
  return isFifo(name) ? `${name.slice(0, -fifoSuffix.length)}-queue${fifoSuffix}` : `${name}-queue`;
}

/** The name of the queue that takes what `queue` gave up: `prod-user-events-queue-dead-letters`. */
export function deadLetterQueueNameFor(queue: string): string {
  return isFifo(queue)
    ? `${queue.slice(0, -fifoSuffix.length)}-dead-letters${fifoSuffix}`
    : `${queue}-dead-letters`;
}

/** What a string that should name a topic or queue turned out to be. */
export type ResourceReference =
  | { readonly kind: "arn"; readonly arn: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "name"; readonly name: string };

/** Tells ARN, URL and name apart: the three things that `topicMap` and `queueMap` may map to. */
export function readReference(text: string): ResourceReference {
  if (/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+/.test(text)) return { kind: "arn", arn: text };
  if (/^https?:\/\//.test(text)) return { kind: "url", url: text };
  return { kind: "name", name: text };
}

/** The last part of an ARN or URL: the resource's own name. */
export function nameOf(arnOrUrl: string): string {
  return arnOrUrl.slice(Math.max(arnOrUrl.lastIndexOf(":"), arnOrUrl.lastIndexOf("/")) + 1);
}
