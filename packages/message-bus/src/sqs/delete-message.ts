import { ClosedError, ValidationError } from "@wirekit/core";
import { AwsError } from "@wirekit/core/aws";
import type { SqsSettler } from "@wirekit/core/sqs";
import { closedError, InvalidReceiptError, ReceiptError } from "../errors.ts";

/**
 * Deletes a message, in one request with others that are deleted in the same turn.
 *
 * @throws ReceiptError when the receipt handle has expired, or is none, which is a ValidationError as well if
 * it could not be one; AwsError; ClosedError.
 */
export async function deleteMessage(settler: SqsSettler, receiptHandle: string): Promise<void> {
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
  // It was refused before it joined other deletes: SQS would refuse their request for it.
  if (thrown instanceof ValidationError) return new InvalidReceiptError(unknown, thrown.issues);
  if (!(thrown instanceof AwsError) || !(thrown.details.senderFault === true || thrown.byOneEntry))
    return thrown;
  if (thrown.fault === "ReceiptHandleIsInvalid")
    return new ReceiptError(unknown, { code: "message-bus/unknown-receipt" });
  if (thrown.fault !== "InvalidParameterValue") return thrown;
  const message =
    "The receipt handle has expired: the message comes again, or has been delivered again since";
  return new ReceiptError(message, { code: "message-bus/receipt-expired" });
}

const unknown = "SQS does not know the receipt handle";
