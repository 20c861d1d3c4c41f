import type { SqsDelivery } from "@wirekit/core/sqs";
import type { BusDelivery } from "../consume-options.ts";
import type { ReceivedFacts } from "../received.ts";
import { fromAttributes } from "./attributes.ts";

/** A message of a queue on its way through a consumer of the bus. */
export type SqsBusDelivery = SqsDelivery & BusDelivery;

/** What SQS says about a message that it gave. A queue has no consumer groups. */
export function factsOf(target: string, delivery: Omit<SqsDelivery, "lease">): ReceivedFacts {
  const { key, attempt, body, message, receiptHandle } = delivery;
  const sentAtMs = Number(message.Attributes?.SentTimestamp);
  return {
    target,
    receiptHandle,
    raw: body,
    key,
    attempt,
    // Another service may leave it out.
    sentAt: sentAtMs > 0 ? new Date(sentAtMs) : undefined,
    headers: fromAttributes(message.MessageAttributes),
  };
}
