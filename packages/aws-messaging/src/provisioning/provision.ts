import { ConfigError } from "@wirekit/core";
import { toAwsError } from "@wirekit/core/aws";
import { retry } from "@wirekit/core/kit";
import type { AwsMessagingConfig } from "../config.ts";
import type { SnsApi } from "../connection/sns-api.ts";
import type { SqsAdminApi } from "../connection/sqs-admin-api.ts";
import { findQueue, queueReference } from "../consuming/queue-directory.ts";
import { AWSConnectionError } from "../errors.ts";
import { topicDirectory } from "../publishing/topic-directory.ts";
import {
  deadLetterQueueNameFor,
  isFifo,
  nameOf,
  type ResourceReference,
  readReference,
  topicReferenceFor,
} from "../wire/names.ts";
import { deadLetterRetentionMs, type ProvisionOptions, readProvisionOptions } from "./provision-options.ts";

/** What exists now, whether or not it did before. */
export interface Provisioned {
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly deadLetterQueueUrl: string;
  readonly deadLetterQueueArn: string;
}

interface ProvisionContext {
  readonly config: AwsMessagingConfig;
  readonly sns: SnsApi;
  readonly sqs: SqsAdminApi;
}

/** Sends a request, again where that may help; what fails is named by `what`. */
type Call = <T>(
  what: string,
  request: (options: { signal?: AbortSignal | undefined }) => Promise<T>,
) => Promise<T>;

/**
 * Sees to it that topic, queue and dead-letter queue exist, that the queue takes messages from this topic
 * only and hands over what it gives up, and that it is subscribed. Can be called any number of times: what
 * exists is found, and settings that differ are updated.
 *
 * @throws ConfigError naming the option at fault; AWSConnectionError for what AWS refuses.
 */
export async function provision(
  topic: string,
  options: ProvisionOptions,
  { config, sns, sqs }: ProvisionContext,
): Promise<Provisioned> {
  const read = readProvisionOptions(topic, options);
  const { signal, maxReceiveCount, visibilityTimeoutMs, retentionMs } = read;
  const call: Call = (what, request) =>
    retry(
      () =>
        request({ signal }).catch((thrown) => {
          throw toAwsError(what, thrown);
        }),
      { policy: config.retry, signal, clock: config.clock, random: config.random },
    );
  const topicPlace = readReference(topicReferenceFor(topic, config));
  const queuePlace = readReference(queueReference({ topic }, config));
  const [topicName, queueName] = [nameOfPlace(topicPlace), nameOfPlace(queuePlace)];
  checkKinds(topic, topicName, queueName);

  /** A queue that is mapped to by its ARN or URL exists: only one that has a name is created. */
  async function ensureQueue(place: ResourceReference, attributes: Record<string, string>) {
    const name = nameOfPlace(place);
    const QueueUrl =
      place.kind === "name"
        ? await call(`Creating the queue ${name}`, (withSignal) => findOrCreateQueue(sqs, name, withSignal))
        : await findQueue({ topic }, config, { sqs, retry: config.retry, signal });
    await call(`Setting up the queue ${name}`, (withSignal) =>
      sqs.setQueueAttributes(
        { QueueUrl, Attributes: { ...encryptionAttributes(read), ...attributes } },
        withSignal,
      ),
    );
    const { Attributes } = await call(`Asking for the ARN of ${name}`, (withSignal) =>
      sqs.getQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] }, withSignal),
    );
    return { url: QueueUrl, arn: present(Attributes?.QueueArn, name) };
  }

  const topicArn =
    topicPlace.kind === "arn"
      ? topicPlace.arn
      : await findOrCreateTopic(topicName, call, { config, sns, signal });
  const byContent = String(read.deduplication === "content");
  if (isFifo(topicName)) {
    await call(`Setting up the topic ${topicName}`, (withSignal) =>
      sns.setTopicAttributes(
        { TopicArn: topicArn, AttributeName: "ContentBasedDeduplication", AttributeValue: byContent },
        withSignal,
      ),
    );
  }
  const fifoAttributes = isFifo(queueName) ? { ContentBasedDeduplication: byContent } : {};
  const deadLetters = await ensureQueue(
    { kind: "name", name: deadLetterQueueNameFor(queueName) },
    {
      ...fifoAttributes,
      MessageRetentionPeriod: String(deadLetterRetentionMs / 1000),
    },
  );
  const queue = await ensureQueue(queuePlace, {
    ...fifoAttributes,
    VisibilityTimeout: String(visibilityTimeoutMs / 1000),
    MessageRetentionPeriod: String(retentionMs / 1000),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount }),
  });
  // Only now is the queue's ARN known for certain, which its policy names.
  await call(`Setting the policy of ${queueName}`, (withSignal) =>
    sqs.setQueueAttributes(
      { QueueUrl: queue.url, Attributes: { Policy: queuePolicy(queue.arn, topicArn) } },
      withSignal,
    ),
  );
  const subscriptionArn = await call(`Subscribing ${queueName} to ${topicName}`, (withSignal) =>
    findOrSubscribe(sns, { topicArn, queueArn: queue.arn }, withSignal),
  );
  for (const [AttributeName, AttributeValue] of Object.entries(subscriptionAttributes(read))) {
    await call(`Setting up the subscription of ${queueName}`, (withSignal) =>
      sns.setSubscriptionAttributes(
        { SubscriptionArn: subscriptionArn, AttributeName, AttributeValue },
        withSignal,
      ),
    );
  }
  return {
    topicArn,
    subscriptionArn,
    queueUrl: queue.url,
    queueArn: queue.arn,
    deadLetterQueueUrl: deadLetters.url,
    deadLetterQueueArn: deadLetters.arn,
  };
}

function nameOfPlace(place: ResourceReference): string {
  return place.kind === "name" ? place.name : nameOf(place.kind === "arn" ? place.arn : place.url);
}

/** SNS takes a FIFO queue on a FIFO topic only; a standard queue may be on either. */
function checkKinds(topic: string, topicName: string, queueName: string): void {
  if (!isFifo(queueName) || isFifo(topicName)) return;
  const message = `must not lead to the FIFO queue ${queueName}: the topic ${topicName} is a standard one`;
  throw new ConfigError([{ path: `queueMap.${topic}`, message }]);
}

/**
 * Looks for it where it is refused: `CreateTopic` refuses a topic that exists with other attributes, and
 * those are set afterwards anyway.
 */
async function findOrCreateTopic(
  name: string,
  call: Call,
  { config, sns, signal }: Pick<ProvisionContext, "config" | "sns"> & Pick<ProvisionOptions, "signal">,
): Promise<string> {
  const attributes = isFifo(name) ? { Attributes: { FifoTopic: "true" } } : {};
  try {
    const { TopicArn } = await call(`Creating the topic ${name}`, (withSignal) =>
      sns.createTopic({ Name: name, ...attributes }, withSignal),
    );
    return present(TopicArn, name);
  } catch (thrown) {
    if (!(thrown instanceof AWSConnectionError) || thrown.code !== "aws/sender") throw thrown;
    // By its own name, whatever names are derived or mapped.
    const byName = { ...config, accountId: undefined, environment: undefined, topicMap: {} };
    return topicDirectory({ config: byName, sns, signal })
      .arnFor(name)
      .catch(() => {
        throw thrown;
      });
  }
}

/**
 * Asks first: `CreateQueue` refuses a queue that exists with other attributes, and those are set afterwards
 * anyway.
 */
async function findOrCreateQueue(
  sqs: SqsAdminApi,
  name: string,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<string> {
  try {
    const { QueueUrl } = await sqs.getQueueUrl({ QueueName: name }, options);
    return present(QueueUrl, name);
  } catch (thrown) {
    const error = toAwsError(`Looking for the queue ${name}`, thrown);
    if (error.code !== "aws/gone") throw error;
  }
  const attributes = isFifo(name) ? { Attributes: { FifoQueue: "true" } } : {};
  const { QueueUrl } = await sqs.createQueue({ QueueName: name, ...attributes }, options);
  return present(QueueUrl, name);
}

/** Asks first here too: `Subscribe` refuses a subscription that exists with other attributes. */
async function findOrSubscribe(
  sns: SnsApi,
  { topicArn, queueArn }: { readonly topicArn: string; readonly queueArn: string },
  options: { readonly signal?: AbortSignal | undefined },
): Promise<string> {
  let token: string | undefined;
  do {
    const input = { TopicArn: topicArn, ...(token !== undefined && { NextToken: token }) };
    const page = await sns.listSubscriptionsByTopic(input, options);
    const known = page.Subscriptions?.find(({ Endpoint }) => Endpoint === queueArn)?.SubscriptionArn;
    if (known !== undefined) return known;
    token = page.NextToken === "" ? undefined : page.NextToken;
  } while (token !== undefined);
  const wanted = {
    TopicArn: topicArn,
    Protocol: "sqs",
    Endpoint: queueArn,
    ReturnSubscriptionArn: true,
  } as const;
  const { SubscriptionArn } = await sns.subscribe(wanted, options);
  return present(SubscriptionArn, "the subscription");
}

/** The queue takes messages from SNS, and of SNS only from this topic. */
function queuePolicy(queueArn: string, topicArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "MessagesFromTheTopic",
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": topicArn } },
      },
    ],
  });
}

function encryptionAttributes({ encryption }: ProvisionOptions): Record<string, string> {
  if (encryption === undefined) return {};
  // A queue that has a KMS key keeps it unless the key is taken away.
  if (encryption === "none") return { KmsMasterKeyId: "", SqsManagedSseEnabled: "false" };
  if (encryption === "sqs") return { KmsMasterKeyId: "", SqsManagedSseEnabled: "true" };
  return { KmsMasterKeyId: encryption.kmsKeyId };
}

function subscriptionAttributes({ delivery, filterPolicy }: ProvisionOptions): Record<string, string> {
  return {
    RawMessageDelivery: String(delivery === "raw"),
    ...(filterPolicy !== undefined && { FilterPolicy: JSON.stringify(filterPolicy) }),
  };
}

function present(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new AWSConnectionError(`AWS answered without an identifier for ${what}`, {
    kind: "sender",
    request: "answered",
  });
}
