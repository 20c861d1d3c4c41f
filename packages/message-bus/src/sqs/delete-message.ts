import { ClosedError } from "@wirekit/core";
import { AwsError } from "@wirekit/core/aws";
import type { SqsSettler } from "@wirekit/core/sqs";
import { closedError, ReceiptError } from "../errors.ts";

/**
 * Deletes a message, in one request with others that are deleted in the same turn.
 *
 * @throws ReceiptError when the receipt handle has expired, or is none; AwsError; ClosedError.
 */
export async function deleteMessage(settler: SqsSettler, receiptHandle: string): Promise<void> {
  // SQS would refuse the whole request for it, and with it the deletes of others.
  if (typeof receiptHandle !== "string" || receiptHandle === "") throw unknownReceipt();
  try {
    await settler.delete(receiptHandle);
  } catch (thrown) {
    throw toBusError(thrown);
  }
}

/**
 * Of all that a delete says, only the receipt handle comes from the caller: if SQS blames the sender, it
 * means the handle.
 */
function toBusError(thrown: unknown): unknown {
  if (thrown instanceof ClosedError) return closedError();
  if (!(thrown instanceof AwsError) || thrown.details.senderFault !== true) return thrown;
  if (thrown.fault === "ReceiptHandleIsInvalid") return unknownReceipt();
  if (thrown.fault !== "InvalidParameterValue") return thrown;
  const message =
    "The receipt handle has expired: the message comes again, or has been delivered again since";
  return new ReceiptError(message, { code: "message-bus/receipt-expired" });
}

function unknownReceipt(): ReceiptError {
  return new ReceiptError("SQS does not know the receipt handle", { code: "message-bus/unknown-receipt" });
}
