import type { Clock, CloseReport, Logger, Random, RetryPolicy, WaitOptions } from "@wirekit/core";
import { Batcher, type BatcherStats, type BatchOutcome } from "@wirekit/core/outbound";
import { type EntryErrorFactory, entryId, readBatchResult } from "@wirekit/core/sqs";
import { toAwsError } from "./aws-error.ts";
import { AWSConnectionError } from "./errors.ts";
import type { PreparedEntry } from "./prepare-entry.ts";
import type { PublishReceipt } from "./publish-options.ts";
import type { PublishedEntry, SnsApi } from "./sns-api.ts";
import { nameOf } from "./wire/names.ts";

/** How messages of a topic are gathered. */
export interface PublishBatching {
  /** The longest that a message waits for company, in milliseconds. Default 0: what is published in one turn goes together. */
  readonly lingerMs?: number | undefined;
  /** Requests in flight at once, for each topic. Default 8. */
  readonly maxInFlight?: number | undefined;
  /** The most messages that are held, for each topic. Default 10,000. */
  readonly maxPending?: number | undefined;
  /** What `publish` does when that is reached: wait for room, or reject with `QueueFullError`. Default `"wait"`. */
  readonly whenFull?: "wait" | "reject" | undefined;
  /** `"best-effort"` puts many messages of a FIFO group into one request, and lets them overtake each other on a partial failure. */
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
    const what = `Publishing to ${nameOf(topicArn)}`;
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
      // The context is handed on as it is: its signal is made when somebody asks for it.
      flush: async (entries, context) => {
        const PublishBatchRequestEntries = entries.map(({ item }, index) => ({
          Id: entryId(index),
          ...item.entry,
        }));
        try {
          const input = { TopicArn: topicArn, PublishBatchRequestEntries };
          const result = await sns.publishBatch(input, context);
          return readBatchResult(result, entries.length, { receiptOf, errorOf: entryError(what) });
        } catch (thrown) {
          throw toAwsError(what, thrown);
        }
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

function entryError(what: string): EntryErrorFactory {
  return ({ Code: fault, SenderFault: isOurs }) =>
    new AWSConnectionError(`${what} failed: ${fault}`, {
      code: isOurs ? "aws-messaging/refused" : "aws-messaging/connection",
      retryable: !isOurs,
      details: { fault, senderFault: isOurs },
    });
}

function receiptOf({ MessageId = "", SequenceNumber }: PublishedEntry): PublishReceipt {
  return { messageId: MessageId, ...(SequenceNumber !== undefined && { sequenceNumber: SequenceNumber }) };
}
