import { ReceiptError } from "../errors.ts";
import type { Refusal } from "./memory-group.ts";

/** Which delivery of which message of a target. */
export interface ReceiptPlace {
  readonly sequence: number;
  readonly attempt: number;
}

export function receiptHandleOf(target: string, { sequence, attempt }: ReceiptPlace): string {
  return `${target}:${sequence}:${attempt}`;
}

/** @throws ReceiptError when it is no receipt handle for `target`. */
export function parseReceiptHandle(receiptHandle: string, target: string): ReceiptPlace {
  // From the end: the name of the target may hold colons and digits itself.
  const match = /^(.*):(\d+):(\d+)$/s.exec(receiptHandle);
  if (match === null || match[1] !== target) throw receiptError("unknown-receipt");
  return { sequence: Number(match[2]), attempt: Number(match[3]) };
}

export function receiptError(refusal: Refusal): ReceiptError {
  const message =
    refusal === "unknown-receipt"
      ? "The receipt handle was not given out by this bus for this target and group"
      : "The receipt handle has expired: the message has been delivered again since";
  return new ReceiptError(message, { code: `message-bus/${refusal}` });
}
