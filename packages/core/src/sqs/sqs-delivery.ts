import type { Delivery, Lease } from "../inbound/index.ts";
import { isFifoQueue } from "./queue-name.ts";
import type { SqsMessage } from "./sqs-api.ts";

/** A message of a queue on its way through a consumer. */
export interface SqsDelivery extends Delivery<string> {
  readonly message: SqsMessage;
  readonly receiptHandle: string;
  readonly lease: Lease;
}

/**
 * A message that can be settled, before it is leased; `undefined` for an answer of the service that lacks
 * what that takes. Its key is its group if it comes from a FIFO queue: on a standard queue a group is one of
 * SQS's fair queues, and keeps no order.
 */
export function readSqsMessage(
  message: SqsMessage,
  queueUrl: string,
): Omit<SqsDelivery, "lease"> | undefined {
  const { MessageId: id, ReceiptHandle: receiptHandle, Body: body = "", Attributes = {} } = message;
  if (id === undefined || receiptHandle === undefined) return undefined;
  const attempt = Number(Attributes.ApproximateReceiveCount);
  return {
    id,
    key: isFifoQueue(queueUrl) ? Attributes.MessageGroupId : undefined,
    attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : 1,
    body,
    message,
    receiptHandle,
  };
}
