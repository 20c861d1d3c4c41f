import { ClosedError } from "@wirekit/core";
import { AwsError } from "@wirekit/core/aws";
import { closedError, ReceiptError } from "../errors.ts";

/**
 * What a delete has failed with, as the bus says it. Of all that a delete says, only the receipt handle is the caller's, so that it is
 * at fault where SQS says that something is.
 */
export function toReceiptError(thrown: unknown): unknown {
  if (thrown instanceof ClosedError) return closedError();
  if (!(thrown instanceof AwsError)) return thrown;
  const { fault, senderFault } = thrown.details as {
    readonly fault: string;
    readonly senderFault?: boolean;
  };
  if (senderFault && fault === "ReceiptHandleIsInvalid") {
    return new ReceiptError("SQS does not know the receipt handle", { code: "message-bus/unknown-receipt" });
  }
  if (senderFault && fault === "InvalidParameterValue") {
    const message =
      "The receipt handle has run out: the message comes again, or has been delivered again since";
    return new ReceiptError(message, { code: "message-bus/receipt-expired" });
  }
  return thrown;
}
