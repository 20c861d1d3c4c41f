import { ReceiptError } from "../../errors.ts";
import type { TopicPartition } from "../kafka-driver.ts";

/** Which record a receipt handle stands for. */
export interface KafkaReceipt extends TopicPartition {
  readonly offset: bigint;
}

/**
 * Reads `<topic>:<partition>:<offset>`.
 *
 * @throws ReceiptError when it is not of that form.
 */
export function parseKafkaReceipt(receiptHandle: string): KafkaReceipt {
  const match = /^([^:]+):(\d{1,10}):(\d{1,19})$/.exec(receiptHandle);
  if (match === null) {
    throw new ReceiptError("The receipt handle is not of the form <topic>:<partition>:<offset>", {
      code: "message-bus/unknown-receipt",
    });
  }
  const [, topic = "", partition, offset = ""] = match;
  return { topic, partition: Number(partition), offset: BigInt(offset) };
}

export function unknownReceipt(): ReceiptError {
  return new ReceiptError("The receipt handle was not given out by this bus for this topic and group", {
    code: "message-bus/unknown-receipt",
  });
}

export function expiredReceipt(cause?: unknown): ReceiptError {
  return new ReceiptError(
    "The receipt handle has expired: the group has rebalanced since, and the message is delivered again",
    { code: "message-bus/receipt-expired", cause },
  );
}

/** More than this are forgotten, the oldest first. */
const maxRemembered = 10_000;

/** Receipt handles of which something is known, as many as memory may hold. */
export class KnownReceipts {
  readonly #handles = new Set<string>();

  has(receiptHandle: string): boolean {
    return this.#handles.has(receiptHandle);
  }

  add(receiptHandle: string): void {
    this.#handles.delete(receiptHandle);
    this.#handles.add(receiptHandle);
    for (const oldest of this.#handles) {
      if (this.#handles.size <= maxRemembered) break;
      this.#handles.delete(oldest);
    }
  }

  delete(receiptHandle: string): void {
    this.#handles.delete(receiptHandle);
  }
}
