import { AwsError } from "@wirekit/core/aws";
import type { Troubles } from "@wirekit/core/kit";
import { type BatchEntry, Batcher, type EntryResult } from "@wirekit/core/outbound";
import { entryId, sendBatch } from "@wirekit/core/sqs";
import type { AwsMessagingConfig } from "../config.ts";
import type { PublishedEntry, SnsApi } from "../connection/sns-api.ts";
import { isFifo, nameOf } from "../wire/names.ts";
import type { PreparedEntry } from "./publication.ts";
import type { PublishReceipt } from "./publish-options.ts";

export interface TopicPublisherOptions {
  readonly topicArn: string;
  readonly sns: Pick<SnsApi, "publishBatch">;
  readonly config: Pick<
    AwsMessagingConfig,
    "batching" | "retry" | "requestTimeoutMs" | "maxMessageBytes" | "logger" | "clock" | "random"
  >;
  readonly troubles: Troubles;
}

/** SNS takes ten messages in a request. */
const maxEntries = 10;

/** Publishes to one topic: single messages in, full `PublishBatch` requests out. */
export class TopicPublisher extends Batcher<PreparedEntry, PublishReceipt> {
  /** What fails here, in `health()`. */
  readonly area: string;

  constructor({ topicArn, sns, config, troubles }: TopicPublisherOptions) {
    const { batching, retry, requestTimeoutMs, maxMessageBytes, logger, clock, random } = config;
    const topic = nameOf(topicArn);
    const area = `publishing to ${topic}`;
    const isOrdered = isFifo(topic);
    const request = {
      what: `Publishing to ${topic}`,
      details: { topic },
      receiptOf,
      order: isOrdered ? "kept" : "free",
    } as const;
    super({
      maxEntries,
      // The limit of a message is also the limit of a request.
      maxBytes: maxMessageBytes,
      sizeOf: ({ bytes }) => bytes,
      // On a standard topic a group is one of SQS's fair queues, and keeps no order.
      keyOf: ({ entry }) => (isOrdered ? entry.MessageGroupId : undefined),
      orderOnPartialFailure: batching.orderOnPartialFailure,
      lingerMs: batching.lingerMs,
      maxInFlight: batching.maxInFlight,
      maxPendingEntries: batching.maxPending,
      whenFull: batching.whenFull,
      retry,
      flushTimeoutMs: requestTimeoutMs,
      logger,
      clock,
      random,
      flush: async (entries, context) => {
        const send = (some: readonly BatchEntry<PreparedEntry>[]) => {
          const PublishBatchRequestEntries = some.map(({ item }, index) => ({
            Id: entryId(index),
            ...item.entry,
          }));
          return sns.publishBatch({ TopicArn: topicArn, PublishBatchRequestEntries }, context);
        };
        try {
          // The context is passed on as it is: reading its signal would make one.
          const results = await sendBatch(entries, { ...request, context, send });
          noteResults(area, results, troubles);
          return results;
        } catch (thrown) {
          noteTrouble(area, thrown, troubles);
          throw thrown;
        }
      },
    });
    this.area = area;
  }
}

function noteResults(
  area: string,
  results: readonly EntryResult<PublishReceipt>[],
  troubles: Troubles,
): void {
  const isWorking = results.some(({ kind }) => kind === "delivered");
  if (isWorking) troubles.clear(area);
  else
    for (const result of results) if (result.kind !== "delivered") noteTrouble(area, result.error, troubles);
}

/**
 * What AWS, the network or the rights are to blame for; a message that is wrong by itself is no trouble of
 * the client's.
 */
export function noteTrouble(area: string, thrown: unknown, troubles: Troubles): void {
  if (thrown instanceof AwsError && thrown.kind !== "sender") troubles.report(area, thrown);
}

function receiptOf({ MessageId = "", SequenceNumber }: PublishedEntry): PublishReceipt {
  return { messageId: MessageId, ...(SequenceNumber !== undefined && { sequenceNumber: SequenceNumber }) };
}
