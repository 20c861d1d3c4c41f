import type { Delivery, Lease } from "../inbound/index.ts";
import type { SqsMessage } from "./sqs-api.ts";

/** A message of a queue on its way through a consumer. */
export interface SqsDelivery extends Delivery<string> {
  readonly message: SqsMessage;
  readonly receiptHandle: string;
  readonly lease: Lease;
}

/**
 * A message that can be settled, before it is leased; `undefined` for an answer of the service that lacks
 * what that takes.
 */
export function readSqsMessage(message: SqsMessage): Omit<SqsDelivery, "lease"> | undefined {
  const { MessageId: id, ReceiptHandle: receiptHandle, Body: body = "", Attributes = {} } = message;
  if (id === undefined || receiptHandle === undefined) return undefined;
  const attempt = Number(Attributes.ApproximateReceiveCount);
  return {
    id,
    key: Attributes.MessageGroupId,
    attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : 1,
    body,
    message,
    receiptHandle,
  };
}
