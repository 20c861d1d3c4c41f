import { toEntryError, unmentionedEntryError } from "../aws/aws-error.ts";
import type { ErrorDetails } from "../errors/wirekit-error.ts";
import type { EntryResult } from "../outbound/index.ts";
import type { AwsBatchResult } from "./sqs-api.ts";

/** What the errors of a request's entries say. */
export interface BatchRequest {
  /** What was being done, as the subject of a sentence: `'Sending to the queue "orders"'`. */
  readonly what: string;
  /** The queue or topic. */
  readonly details?: ErrorDetails | undefined;
}

/** An entry that went well, with the id that it has in its request. */
export interface SuccessfulEntry {
  readonly Id?: string | undefined;
}

/** Names an entry to SNS and SQS: by its place in the request. {@link readBatchResult} reads it back. */
export function entryId(index: number): string {
  return String(index);
}

/**
 * What an answer says of each entry, in the order of the request. An entry that it does not mention is
 * unconfirmed.
 */
export function readBatchResult<Successful extends SuccessfulEntry, Receipt>(
  result: AwsBatchResult<Successful>,
  count: number,
  request: BatchRequest & {
    readonly receiptOf: (entry: Successful) => Receipt;
  },
): EntryResult<Receipt>[] {
  const { what, receiptOf } = request;
  const results = new Array<EntryResult<Receipt> | undefined>(count).fill(undefined);
  for (const { Id, Code = "Unknown", SenderFault = false } of result.Failed ?? []) {
    const place = placeOf(Id, count);
    if (place !== undefined) {
      results[place] = {
        kind: "failed",
        error: toEntryError(what, { Code, SenderFault }, request),
      };
    }
  }
  for (const entry of result.Successful ?? []) {
    const place = placeOf(entry.Id, count);
    if (place !== undefined) results[place] = { kind: "delivered", receipt: receiptOf(entry) };
  }
  return results.map(
    (known) =>
      known ?? {
        kind: "unconfirmed",
        error: unmentionedEntryError(what, request),
      },
  );
}

/**
 * By the id as it was written: a peer that talks nonsense may answer with "" or "1e0", which is no entry of
 * ours.
 */
function placeOf(id: string | undefined, count: number): number | undefined {
  const place = Number(id);
  return Number.isInteger(place) && place >= 0 && place < count && entryId(place) === id ? place : undefined;
}
