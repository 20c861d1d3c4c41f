import type { RetryPolicy } from "@wirekit/core";
import { OpenOnce } from "@wirekit/core/kit";
import type { Batcher } from "@wirekit/core/outbound";
import { utf8Length } from "@wirekit/core/outbound";
import { attributesBytes, createSqsSender, type SqsReceipt, type SqsSendEntry } from "@wirekit/core/sqs";
import type { AwsClients } from "../connection/clients.ts";
import type { AwsMessagingConfig } from "../config.ts";
import type { DeadLetterDestination } from "./consume-options.ts";
import type { DeadLetterEntry, WriteDeadLetter } from "./dead-letter-target.ts";
import type { AwsMessagingParts } from "../messaging-options.ts";
import { queueReference, resolveQueueUrl } from "./queue-directory.ts";
import { topicDirectory } from "../publishing/topic-directory.ts";
import { TopicPublisher } from "../publishing/topic-publisher.ts";
import { isFifo, isFifoTopic } from "../wire/names.ts";

export interface DeadLetterWriterOptions extends Pick<AwsMessagingParts, "clock" | "random"> {
  readonly config: AwsMessagingConfig;
  readonly clients: AwsClients;
  readonly policy: Partial<RetryPolicy>;
  readonly logger: NonNullable<AwsMessagingParts["logger"]>;
}

/** SQS's own limit: what was received may be written again, whatever limit there is on publishing. */
const maxMessageBytes = 1_048_576;

/** Writes what consumers give up to queues and topics of the user's choice. */
export class DeadLetterWriter {
  readonly #options: DeadLetterWriterOptions;
  readonly #queues = new OpenOnce<Batcher<SqsSendEntry, SqsReceipt>>();
  readonly #topics = new OpenOnce<TopicPublisher>();

  constructor(options: DeadLetterWriterOptions) {
    this.#options = options;
  }

  /** The writer for one destination, which is looked for when it is first written to. */
  to(destination: DeadLetterDestination): WriteDeadLetter {
    return "queue" in destination
      ? (entry, options) => this.#toQueue(destination.queue, entry, options)
      : (entry, options) => this.#toTopic(destination.topic, entry, options);
  }

  async close(options: { readonly timeoutMs: number }): Promise<void> {
    const opened = [...(await this.#queues.all()), ...(await this.#topics.all())];
    await Promise.all(opened.map((one) => one.close(options)));
  }

  async #toQueue(
    queue: string,
    entry: DeadLetterEntry,
    options: { readonly signal: AbortSignal },
  ): Promise<unknown> {
    const sender = await this.#queues.get(queue, () => this.#openQueue(queue));
    const fifo = isFifo(queueReference({ queue }, this.#options.config)) && {
      MessageGroupId: entry.groupId ?? "dead-letters",
      MessageDeduplicationId: entry.deduplicationId,
    };
    return sender.send({ MessageBody: entry.body, MessageAttributes: entry.attributes, ...fifo }, options);
  }

  async #toTopic(
    topic: string,
    entry: DeadLetterEntry,
    options: { readonly signal: AbortSignal },
  ): Promise<unknown> {
    const publisher = await this.#topics.get(topic, () => this.#openTopic(topic));
    const fifo = isFifoTopic(topic, this.#options.config.topicMap) && {
      MessageGroupId: entry.groupId ?? "dead-letters",
      MessageDeduplicationId: entry.deduplicationId,
    };
    const bytes = utf8Length(entry.body) + attributesBytes(entry.attributes);
    const message = { Message: entry.body, MessageAttributes: entry.attributes, ...fifo };
    return publisher.publish({ entry: message, bytes }, options);
  }

  async #openQueue(queue: string): Promise<Batcher<SqsSendEntry, SqsReceipt>> {
    const { config, clients, policy, logger, clock, random } = this.#options;
    const queueUrl = await resolveQueueUrl({ queue }, config, { sqs: await clients.sqsAdmin(), policy });
    const sqs = await clients.sqs();
    return createSqsSender({
      sqs,
      queueUrl,
      retry: policy,
      flushTimeoutMs: config.timeoutMs,
      logger,
      clock,
      random,
    });
  }

  async #openTopic(topic: string): Promise<TopicPublisher> {
    const { config, clients, policy, logger, clock, random } = this.#options;
    const sns = await clients.sns();
    const topicArn = await topicDirectory(config, sns, policy).arnFor(topic);
    const { timeoutMs } = config;
    return new TopicPublisher({
      topicArn,
      sns,
      batching: {},
      retry: policy,
      maxMessageBytes,
      timeoutMs,
      logger,
      clock,
      random,
    });
  }
}
