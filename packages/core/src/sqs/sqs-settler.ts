import { AwsError } from "../aws/aws-error.ts";
import type { Clock, Random } from "../clock.ts";
import { ValidationError } from "../errors/validation-error.ts";
import { WirekitError } from "../errors/wirekit-error.ts";
import type { LeaseRenewal, LeaseRenewalResult } from "../inbound/leases.ts";
import type { Logger } from "../logger.ts";
import { type BatchEntry, Batcher, type BatcherStats, type EntryResult } from "../outbound/index.ts";
import type { RetryPolicy } from "../retry-policy.ts";
import { entryId } from "./batch-results.ts";
import { findTextFault } from "./check-entry.ts";
import { isFifoQueue, queueNameOf } from "./queue-name.ts";
import { sendBatch } from "./send-batch.ts";
import { maxBatchEntries, maxLeaseMs, type SqsApi } from "./sqs-api.ts";

export interface SqsSettlerOptions {
  readonly sqs: Pick<SqsApi, "deleteMessageBatch" | "changeMessageVisibilityBatch">;
  readonly queueUrl: string;
  /** The longest that a delete or a change of visibility waits for company, in milliseconds. */
  readonly lingerMs: number;
  readonly retry: Partial<RetryPolicy>;
  /** For one request, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

interface VisibilityChange {
  readonly receiptHandle: string;
  readonly seconds: number;
}

/** What {@link SqsSettler} has done and has yet to do. */
export interface SqsSettlerStats {
  readonly deletes: BatcherStats;
  readonly visibilityChanges: BatcherStats;
}

/** Deletes messages and changes their visibility: ten to a request, retried entry by entry. */
export class SqsSettler {
  readonly #deletes: Batcher<string, undefined>;
  readonly #changes: Batcher<VisibilityChange, undefined>;

  constructor({ sqs, queueUrl: QueueUrl, lingerMs, retry, timeoutMs, ...injected }: SqsSettlerOptions) {
    const batching = {
      ...injected,
      maxEntries: maxBatchEntries,
      maxInFlight: 8,
      maxPendingEntries: 120_000,
      lingerMs,
      retry,
      flushTimeoutMs: timeoutMs,
    };
    const order: "kept" | "free" = isFifoQueue(QueueUrl) ? "kept" : "free";
    const details = { queue: queueNameOf(QueueUrl) };
    // The context is passed on as it is: reading its signal would make one.
    const request = (action: string) => ({
      what: `${action} the queue ${JSON.stringify(details.queue)}`,
      details,
      order,
      receiptOf: () => undefined,
    });
    const deleting = request("Deleting from");
    this.#deletes = new Batcher({
      ...batching,
      flush: async (entries, context) => {
        const send = (some: Entries<string>) => {
          const Entries = some.map(({ item }, index) => ({ Id: entryId(index), ReceiptHandle: item }));
          return sqs.deleteMessageBatch({ QueueUrl, Entries }, context);
        };
        return settled(await sendBatch(entries, { ...deleting, context, send }));
      },
    });
    const changing = request("Changing visibility in");
    this.#changes = new Batcher({
      ...batching,
      flush: async (entries, context) => {
        const send = (some: Entries<VisibilityChange>) => {
          const Entries = some.map(({ item: { receiptHandle, seconds } }, index) => ({
            Id: entryId(index),
            ReceiptHandle: receiptHandle,
            VisibilityTimeout: seconds,
          }));
          return sqs.changeMessageVisibilityBatch({ QueueUrl, Entries }, context);
        };
        return settled(await sendBatch(entries, { ...changing, context, send }));
      },
    });
  }

  /**
   * Resolves once SQS has deleted the message.
   *
   * @throws ValidationError for what cannot be a receipt handle; AwsError.
   */
  async delete(receiptHandle: string): Promise<void> {
    checkHandle(receiptHandle);
    await this.#deletes.send(receiptHandle);
  }

  /**
   * Resolves once the message stays out of sight for `durationMs` from now (whole seconds, rounded up), or is
   * in sight at once with 0.
   *
   * @throws ValidationError for what cannot be a receipt handle, or is longer than 12 hours; AwsError.
   */
  async changeVisibility(receiptHandle: string, durationMs: number): Promise<void> {
    checkHandle(receiptHandle);
    if (!Number.isFinite(durationMs) || durationMs < 0 || durationMs > maxLeaseMs) {
      throw new ValidationError([{ path: "durationMs", message: "must be from 0 to 12 hours" }]);
    }
    await this.#changes.send({ receiptHandle, seconds: Math.ceil(durationMs / 1000) });
  }

  /**
   * Renews leases, each with a result of its own: the renewals of other leases and other changes share the
   * requests.
   */
  renew(batch: readonly LeaseRenewal<string>[]): Promise<LeaseRenewalResult[]> {
    return Promise.all(
      batch.map(async ({ subject, durationMs }): Promise<LeaseRenewalResult> => {
        // Rounded down: a lease that is renewed to its last second must not be asked to pass SQS's limit.
        const seconds = Math.floor(durationMs / 1000);
        try {
          await this.#changes.send({ receiptHandle: subject, seconds });
          return { kind: "renewed", durationMs: seconds * 1000 };
        } catch (error) {
          return { kind: isLost(WirekitError.from(error)) ? "lost" : "failed", error };
        }
      }),
    );
  }

  stats(): SqsSettlerStats {
    return { deletes: this.#deletes.stats(), visibilityChanges: this.#changes.stats() };
  }

  /** Flushes what waits; what is not confirmed in time will be delivered again. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<void> {
    await Promise.all([this.#deletes.close({ timeoutMs }), this.#changes.close({ timeoutMs })]);
  }
}

/**
 * If SQS blames us, the receipt handle has run out: another consumer has the message. While it does not
 * accept our keys or rights, the lease goes on.
 */
function isLost(error: WirekitError): boolean {
  return error instanceof AwsError ? error.kind === "sender" || error.kind === "gone" : !error.retryable;
}

type Entries<Item> = readonly BatchEntry<Item>[];

/**
 * What became of each entry. To delete a message or change its visibility twice does no harm, so that one
 * without an answer has simply failed.
 */
function settled(results: readonly EntryResult<undefined>[]): EntryResult<undefined>[] {
  return results.map((each) => (each.kind === "unconfirmed" ? { kind: "failed", error: each.error } : each));
}

/** SQS would refuse the whole request for it, and with it what shares the request. */
function checkHandle(receiptHandle: string): void {
  const message = findTextFault(receiptHandle);
  if (message !== undefined) throw new ValidationError([{ path: "receiptHandle", message }]);
}
