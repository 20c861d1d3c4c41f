import { ClosedError } from "@wirekit/core";
import type { DeadLetter, DeadLetterSink } from "@wirekit/core/inbound";
import { type Deadline, OpenOnce, rejectOnAbort, type Troubles } from "@wirekit/core/kit";
import { type Batcher, utf8Length } from "@wirekit/core/outbound";
import {
  attributesBytes,
  createSqsSender,
  isLegalAttribute,
  maxAttributes,
  type SqsAttribute,
  type SqsDelivery,
  type SqsReceipt,
  type SqsSendEntry,
} from "@wirekit/core/sqs";
import type { AwsMessagingConfig } from "../config.ts";
import type { AwsClients } from "../connection/clients.ts";
import { deadLetterAttributes } from "../encryption/message-cipher.ts";
import { TopicPublishers } from "../publishing/topic-publishers.ts";
import { encodeAttributes } from "../wire/attributes.ts";
import { isFifo, isFifoTopic } from "../wire/names.ts";
import type { DeadLetterDestination } from "./consume-options.ts";
import { findQueue, queueReference } from "./queue-directory.ts";

export interface DeadLetterWriterOptions {
  readonly config: AwsMessagingConfig;
  readonly clients: AwsClients;
  readonly troubles: Troubles;
}

/** SQS's own limit: what was received may be written again, whatever limit there is on publishing. */
const maxMessageBytes = 1_048_576;

/** SNS's own limit. A message that is larger can come from a queue only, and is tried all the same. */
const maxTopicBytes = 262_144;

/** Writes what consumers give up to queues and topics of the user's choice. */
export class DeadLetterWriter {
  readonly #options: DeadLetterWriterOptions;
  readonly #queues = new OpenOnce<Batcher<SqsSendEntry, SqsReceipt>>();
  readonly #topics: TopicPublishers;
  readonly #stop = new AbortController();

  constructor(options: DeadLetterWriterOptions) {
    this.#options = options;
    // A dead letter waits for no company.
    const { config } = options;
    const batching = { ...config.batching, lingerMs: 0 };
    this.#topics = new TopicPublishers({ ...options, config: { ...config, batching, maxMessageBytes } });
  }

  /** The sink for what is given up in `queue`. Its destination is looked for when it is first written to. */
  sinkFor(queue: string, destination: DeadLetterDestination): DeadLetterSink<SqsDelivery> {
    if ("sink" in destination) return destination.sink;
    return (letter, { signal }) => {
      const maxBytes = "topic" in destination ? maxTopicBytes : maxMessageBytes;
      const entry = entryOf(queue, letter, maxBytes);
      return "queue" in destination
        ? this.#toQueue(destination.queue, entry, signal)
        : this.#toTopic(destination.topic, entry, signal);
    };
  }

  /** Looks for no destination any more, and sends what was given before. */
  async close(deadline: Deadline): Promise<void> {
    this.#stop.abort(new ClosedError("The messaging client"));
    const closing = async () => {
      const senders = await this.#queues.all();
      await Promise.all(senders.map((sender) => sender.close({ timeoutMs: deadline.leftMs() })));
      await this.#topics.close(deadline);
    };
    await deadline.limit("Closing", closing).catch(() => undefined);
  }

  async #toQueue(queue: string, entry: DeadLetterEntry, signal: AbortSignal): Promise<unknown> {
    const sender = await rejectOnAbort(
      this.#queues.get(queue, () => this.#openQueue(queue)),
      signal,
    );
    const isFifoTarget = isFifo(queueReference({ queue }, this.#options.config));
    const group = isFifoTarget ? fifoFields(entry) : fairGroup(entry);
    const message = { MessageBody: entry.body, MessageAttributes: entry.attributes, ...group };
    return sender.send(message, { signal });
  }

  async #toTopic(topic: string, entry: DeadLetterEntry, signal: AbortSignal): Promise<unknown> {
    const publisher = await rejectOnAbort(Promise.resolve(this.#topics.find(topic)), signal);
    const fifo = isFifoTopic(topic, this.#options.config.topicMap) && fifoFields(entry);
    const bytes = utf8Length(entry.body) + attributesBytes(entry.attributes);
    const message = { Message: entry.body, MessageAttributes: entry.attributes, ...fifo };
    return publisher.send({ entry: message, bytes, publication: undefined }, { signal });
  }

  async #openQueue(queue: string): Promise<Batcher<SqsSendEntry, SqsReceipt>> {
    const { config, clients } = this.#options;
    const { retry, requestTimeoutMs: flushTimeoutMs, logger, clock, random } = config;
    const { signal } = this.#stop;
    const queueUrl = await findQueue({ queue }, config, { sqs: await clients.sqsAdmin(), retry, signal });
    const sqs = await clients.sqs();
    return createSqsSender({ sqs, queueUrl, retry, flushTimeoutMs, logger, clock, random });
  }
}

/** A message as it goes to a dead-letter destination: as it was received, and why it was given up. */
interface DeadLetterEntry {
  readonly body: string;
  readonly attributes: Record<string, SqsAttribute>;
  readonly groupId: string | undefined;
  /** Whether the queue that it comes from keeps the order of the group. */
  readonly order: "kept" | "free";
  /** A record that is written twice arrives once on a FIFO destination. */
  readonly deduplicationId: string;
}

/** The reason stands in the attributes, as far as there is room for them. */
function entryOf(
  queue: string,
  { delivery, reason, error, failedAt }: DeadLetter<SqsDelivery>,
  maxBytes: number,
): DeadLetterEntry {
  const own = legalAttributes(delivery.message.MessageAttributes ?? {});
  const all = encodeAttributes({
    [deadLetterAttributes.reason]: reason,
    [deadLetterAttributes.error]: error.code,
    [deadLetterAttributes.queue]: queue,
    [deadLetterAttributes.attempts]: delivery.attempt,
    [deadLetterAttributes.failedAt]: new Date(failedAt).toISOString(),
  });
  const facts = thatFit(legalAttributes(all), maxBytes - utf8Length(delivery.body) - attributesBytes(own));
  // The message's own attributes come first: without them it could not be handled again.
  const room = Math.max(0, maxAttributes - Object.keys(own).length);
  return {
    body: delivery.body,
    attributes: { ...Object.fromEntries(Object.entries(facts).slice(0, room)), ...own },
    groupId: delivery.message.Attributes?.MessageGroupId,
    order: delivery.key === undefined ? "free" : "kept",
    deduplicationId: `${delivery.id}-${delivery.attempt}`,
  };
}

function fifoFields({ groupId = "dead-letters", deduplicationId }: DeadLetterEntry) {
  return { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId };
}

/**
 * All of them, from SQS itself. What only another service takes, or an error without a code, would keep the
 * letter from being written.
 */
function legalAttributes(
  attributes: Readonly<Record<string, SqsAttribute>>,
): Readonly<Record<string, SqsAttribute>> {
  return Object.fromEntries(Object.entries(attributes).filter(isLegalAttribute));
}

/** The group of a fair queue. One that kept an order means nothing to a standard queue. */
function fairGroup({ groupId, order }: DeadLetterEntry) {
  return order === "free" && groupId !== undefined && { MessageGroupId: groupId };
}

/** The first of the attributes, as many as there is room for in bytes. */
function thatFit(
  attributes: Readonly<Record<string, SqsAttribute>>,
  room: number,
): Record<string, SqsAttribute> {
  let bytes = 0;
  const fitting = Object.entries(attributes).filter(([name, attribute]) => {
    bytes += attributesBytes({ [name]: attribute });
    return bytes <= room;
  });
  return Object.fromEntries(fitting);
}
