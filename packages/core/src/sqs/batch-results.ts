import { WirekitError } from "../errors/wirekit-error.ts";
import type { EntryResult } from "../outbound/index.ts";
import type { AwsBatchResult } from "./sqs-api.ts";

/** Makes the error of one entry from AWS's name for the fault and whether the same entry would fail again. */
export type EntryErrorFactory = (failure: {
  readonly Code: string;
  readonly SenderFault: boolean;
}) => WirekitError;

/** What SNS and SQS are told an entry is called: its place in the request. Ids that they give back are read by {@link readBatchResult}. */
export function entryId(index: number): string {
  return String(index);
}

/**
 * What became of each entry of a batch, in the order of the request. An entry that the response does not mention counts as failed, and
 * may be tried again: that it was carried out is not known.
 */
export function readBatchResult<Successful extends { readonly Id?: string | undefined }, Receipt>(
  result: AwsBatchResult<Successful>,
  count: number,
  {
    receiptOf,
    errorOf,
  }: { readonly receiptOf: (entry: Successful) => Receipt; readonly errorOf: EntryErrorFactory },
): EntryResult<Receipt>[] {
  const results = new Array<EntryResult<Receipt> | undefined>(count).fill(undefined);
  for (const { Id, Code = "Unknown", SenderFault = false } of result.Failed ?? []) {
    const place = placeOf(Id, count);
    if (place !== undefined) results[place] = { kind: "failed", error: errorOf({ Code, SenderFault }) };
  }
  for (const entry of result.Successful ?? []) {
    const place = placeOf(entry.Id, count);
    if (place !== undefined) results[place] = { kind: "delivered", receipt: receiptOf(entry) };
  }
  return results.map((known) => known ?? unmentioned(errorOf));
}

/** By the id as it was written: what a peer that talks nonsense calls "" or "1e0" is no entry of ours. */
function placeOf(id: string | undefined, count: number): number | undefined {
  const place = Number(id);
  return Number.isInteger(place) && place >= 0 && place < count && entryId(place) === id ? place : undefined;
}

function unmentioned<Receipt>(errorOf: EntryErrorFactory): EntryResult<Receipt> {
  return { kind: "failed", error: errorOf({ Code: "NotMentioned", SenderFault: false }) };
}

/** The error of an entry that SQS refused. */
export function sqsEntryError(what: string): EntryErrorFactory {
  return ({ Code, SenderFault }) =>
    new WirekitError(`${what} failed: ${Code}`, {
      code: "wirekit/sqs-entry",
      retryable: !SenderFault,
      details: { fault: Code, senderFault: SenderFault },
    });
}
