import type { Clock, CloseReport, Logger, Random, RetryPolicy, WaitOptions } from "@wirekit/core";
import { Batcher, type BatcherStats, type BatchOutcome } from "@wirekit/core/outbound";
import { entryId, sendBatch } from "@wirekit/core/sqs";
import type { PreparedEntry } from "./prepare-entry.ts";
import type { PublishReceipt } from "./publish-options.ts";
import type { PublishedEntry, SnsApi } from "./sns-api.ts";
import { nameOf } from "./wire/names.ts";

/** How messages of a topic are gathered. */
export interface PublishBatching {
  /**
   * The longest that a message waits for company, in milliseconds. Default 0: what is published in one turn
   * goes together.
   */
  readonly lingerMs?: number | undefined;
  /** Requests in flight at once, for each topic. Default 8. */
  readonly maxInFlight?: number | undefined;
  /** The most messages that are held, for each topic. Default 10,000. */
  readonly maxPending?: number | undefined;
  /**
   * What `publish` does when that is reached: wait for room, or reject with `QueueFullError`. Default
   * `"wait"`.
   */
  readonly whenFull?: "wait" | "reject" | undefined;
  /**
   * `"best-effort"` puts many messages of a FIFO group into one request, and lets them overtake each other on
   * a partial failure.
   */
  readonly orderOnPartialFailure?: "strict" | "best-effort" | undefined;
}

export interface TopicPublisherOptions {
  readonly topicArn: string;
  readonly sns: Pick<SnsApi, "publishBatch">;
  readonly batching: PublishBatching;
  readonly retry: Partial<RetryPolicy>;
  readonly maxMessageBytes: number;
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/** SNS takes ten messages in a request. */
const maxEntries = 10;

/** Publishes to one topic: single messages in, full `PublishBatch` requests out. */
export class TopicPublisher {
  readonly #batcher: Batcher<PreparedEntry, PublishReceipt>;

  constructor(options: TopicPublisherOptions) {
    const { topicArn, sns, batching, retry, maxMessageBytes, timeoutMs, logger, clock, random } = options;
    const topic = nameOf(topicArn);
    const request = {
      what: `Publishing to ${topic}`,
      details: { topic },
      receiptOf,
    };
    this.#batcher = new Batcher<PreparedEntry, PublishReceipt>({
      maxEntries,
      // The limit of a message is also the limit of a request.
      maxBytes: maxMessageBytes,
      sizeOf: ({ bytes }) => bytes,
      keyOf: ({ entry }) => entry.MessageGroupId,
      orderOnPartialFailure: batching.orderOnPartialFailure,
      lingerMs: batching.lingerMs,
      maxInFlight: batching.maxInFlight ?? 8,
      maxPendingEntries: batching.maxPending,
      whenFull: batching.whenFull,
      retry,
      flushTimeoutMs: timeoutMs,
      logger,
      clock,
      random,
      // The context is passed on as it is: reading its signal would make one.
      flush: (entries, context) => {
        const PublishBatchRequestEntries = entries.map(({ item }, index) => ({
          Id: entryId(index),
          ...item.entry,
        }));
        const input = { TopicArn: topicArn, PublishBatchRequestEntries };
        return sendBatch(() => sns.publishBatch(input, context), entries.length, request);
      },
    });
  }

  publish(message: PreparedEntry, options: WaitOptions): Promise<PublishReceipt> {
    return this.#batcher.send(message, options);
  }

  publishOutcome(message: PreparedEntry, options: WaitOptions): Promise<BatchOutcome<PublishReceipt>> {
    return this.#batcher.sendOutcome(message, options);
  }

  stats(): BatcherStats {
    return this.#batcher.stats();
  }

  close(options: { readonly timeoutMs?: number | undefined }): Promise<CloseReport<PreparedEntry>> {
    return this.#batcher.close(options);
  }
}

function receiptOf({ MessageId = "", SequenceNumber }: PublishedEntry): PublishReceipt {
  return {
    messageId: MessageId,
    ...(SequenceNumber !== undefined && { sequenceNumber: SequenceNumber }),
  };
}
