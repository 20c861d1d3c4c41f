import { Batcher, type BatcherOptions } from "../outbound/index.ts";
import { utf8Length } from "../outbound/utf8-length.ts";
import { entryId } from "./batch-results.ts";
import { checkSendEntry } from "./check-entry.ts";
import { isFifoQueue, queueNameOf } from "./queue-name.ts";
import { sendBatch } from "./send-batch.ts";
import {
  maxBatchBytes,
  maxBatchEntries,
  type SqsApi,
  type SqsAttribute,
  type SqsSendEntry,
  type SqsSent,
} from "./sqs-api.ts";

/** What SQS gives for a message that it has taken. */
export interface SqsReceipt {
  readonly messageId: string;
  /** On a FIFO queue. */
  readonly sequenceNumber?: string | undefined;
}

/** How messages for one queue are gathered; the rest is SQS's own limits. */
export interface SqsSenderOptions
  extends Pick<
    BatcherOptions<SqsSendEntry, SqsReceipt>,
    | "lingerMs"
    | "maxInFlight"
    | "maxPendingEntries"
    | "maxPendingBytes"
    | "whenFull"
    | "orderOnPartialFailure"
    | "retry"
    | "flushTimeoutMs"
    | "onRetry"
    | "logger"
    | "clock"
    | "random"
  > {
  readonly sqs: Pick<SqsApi, "sendMessageBatch">;
  readonly queueUrl: string;
  /** The largest message, body and attributes, in bytes. Default 1,048,576, which is SQS's own limit. */
  readonly maxMessageBytes?: number | undefined;
  /** The queue's name in errors. Default: the last part of its URL. */
  readonly queueName?: string | undefined;
}

/**
 * Single messages in, full `SendMessageBatch` requests out. On a FIFO queue the messages of a group keep
 * their order. On a standard queue a group is one of SQS's fair queues, and keeps none.
 *
 * Each message is checked before it joins others: one that SQS does not take is refused alone, with a
 * `ValidationError`.
 */
export function createSqsSender(options: SqsSenderOptions): Batcher<SqsSendEntry, SqsReceipt> {
  const { sqs, queueUrl, maxMessageBytes, queueName = queueNameOf(queueUrl), ...batching } = options;
  const isFifo = isFifoQueue(queueUrl);
  const kind = isFifo ? "fifo" : "standard";
  const request = {
    what: `Sending to the queue ${JSON.stringify(queueName)}`,
    details: { queue: queueName },
    receiptOf,
    order: isFifo ? "kept" : "free",
  } as const;
  return new Batcher<SqsSendEntry, SqsReceipt>({
    ...batching,
    maxEntries: maxBatchEntries,
    maxBytes: maxBatchBytes,
    maxEntryBytes: maxMessageBytes,
    sizeOf: (entry) => {
      checkSendEntry(entry, kind);
      return messageBytes(entry);
    },
    keyOf: ({ MessageGroupId }) => (isFifo ? MessageGroupId : undefined),
    flush: (entries, context) =>
      sendBatch(entries, {
        ...request,
        // Passed on as it is: reading its signal would make one.
        context,
        send: (some) => {
          const Entries = some.map(({ item }, index) => ({ Id: entryId(index), ...item }));
          return sqs.sendMessageBatch({ QueueUrl: queueUrl, Entries }, context);
        },
      }),
  });
}

function receiptOf({ MessageId: messageId = "", SequenceNumber: sequenceNumber }: SqsSent): SqsReceipt {
  return sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
}

/** What a message counts towards SQS's limits: its body, and name, type and value of each attribute. */
export function messageBytes({ MessageBody, MessageAttributes }: SqsSendEntry): number {
  const bodyBytes = utf8Length(MessageBody);
  return MessageAttributes === undefined ? bodyBytes : bodyBytes + attributesBytes(MessageAttributes);
}

/** What attributes count towards the limits of SQS and SNS. */
export function attributesBytes(attributes: Readonly<Record<string, SqsAttribute>>): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType = "", StringValue = "", BinaryValue }]) =>
      sum +
      utf8Length(name) +
      utf8Length(DataType) +
      utf8Length(StringValue) +
      (BinaryValue?.byteLength ?? 0),
    0,
  );
}
