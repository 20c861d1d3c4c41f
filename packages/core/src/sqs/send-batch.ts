import { AwsError, toAwsError } from "../aws/aws-error.ts";
import { UnconfirmedError } from "../errors/unconfirmed-error.ts";
import { rejectOnAbort } from "../kit/waiting.ts";
import type { EntryResult } from "../outbound/index.ts";
import { type BatchRequest, readBatchResult, type SuccessfulEntry } from "./batch-results.ts";
import type { AwsBatchResult } from "./sqs-api.ts";

/** How a batch is sent, and what becomes of it if it is refused as a whole. */
export interface BatchSend<Item, Successful extends SuccessfulEntry, Receipt> extends BatchRequest {
  /** Sends `items` in one request, named by their places in it: `entryId`. */
  readonly send: (items: readonly Item[]) => Promise<AwsBatchResult<Successful>>;
  readonly receiptOf: (entry: Successful) => Receipt;
  /** `"kept"` sends the halves of a refused batch one after the other, for FIFO; `"free"` at once. */
  readonly order: "kept" | "free";
  /** Ends the halves of a refused batch. Its signal is not looked at before, because looking makes one. */
  readonly context: { readonly signal: AbortSignal };
}

/**
 * Sends a batch, and returns what became of each item, in their order. Items are unconfirmed if the answer
 * was lost, or does not mention them.
 *
 * One item can have AWS refuse the whole batch, or keep the SDK from writing it. A batch that fails in such a
 * way is sent in halves, until the culprit is alone: its neighbours arrive.
 *
 * @throws the error of a request that failed as a whole, did not do anything, and would fail for each item.
 */
export async function sendBatch<Item, Successful extends SuccessfulEntry, Receipt>(
  items: readonly Item[],
  batch: BatchSend<Item, Successful, Receipt>,
): Promise<EntryResult<Receipt>[]> {
  try {
    return readBatchResult(await batch.send(items), items.length, batch);
  } catch (thrown) {
    return sendAgainInHalves(thrown, items, batch);
  }
}

/** @throws the error that `thrown` is, if halves would fail as well, or there are none. */
async function sendAgainInHalves<Item, Successful extends SuccessfulEntry, Receipt>(
  thrown: unknown,
  items: readonly Item[],
  batch: BatchSend<Item, Successful, Receipt>,
): Promise<EntryResult<Receipt>[]> {
  const error = toAwsError(batch.what, thrown, { details: batch.details });
  if (!(error instanceof AwsError)) throw error;
  if (error.request === "unknown") return all(items, "unconfirmed", error);
  if (!error.byOneEntry || items.length < 2) throw error;
  const middle = Math.ceil(items.length / 2);
  const first = sendHalf(items.slice(0, middle), batch);
  if (batch.order === "kept") await first;
  return (await Promise.all([first, sendHalf(items.slice(middle), batch)])).flat();
}

/** Never throws, and ends with the signal: it is known what became of the other half. */
async function sendHalf<Item, Successful extends SuccessfulEntry, Receipt>(
  items: readonly Item[],
  batch: BatchSend<Item, Successful, Receipt>,
): Promise<EntryResult<Receipt>[]> {
  const { signal } = batch.context;
  if (signal.aborted) return all(items, "failed", toAwsError(batch.what, signal.reason, unsent));
  try {
    return readBatchResult(await rejectOnAbort(batch.send(items), signal), items.length, batch);
  } catch (thrown) {
    if (signal.aborted) return all(items, "unconfirmed", signal.reason);
    return sendAgainInHalves(thrown, items, batch).catch((error) =>
      all(items, error instanceof UnconfirmedError ? "unconfirmed" : "failed", error),
    );
  }
}

const unsent = { request: "unsent" } as const;

function all(
  items: readonly unknown[],
  kind: "failed" | "unconfirmed",
  error: unknown,
): EntryResult<never>[] {
  return items.map(() => ({ kind, error }));
}
