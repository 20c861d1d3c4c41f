import type { Clock, Random } from "../clock.ts";
import { retry, type UpcomingRetry } from "../kit/retry.ts";
import { withTimeout } from "../kit/waiting.ts";
import type { RetryPolicy } from "../retry-policy.ts";
import type { SqsLookup } from "../sqs/sqs-api.ts";
import { parseArn } from "./arn.ts";
import { toAwsError } from "./aws-error.ts";

/**
 * For look-ups and receives of consumers: for as long as it takes, because passing trouble ends no consumer.
 * Pauses grow from
 * 0.2 to 30 seconds.
 */
export const receiveRetryPolicy: RetryPolicy = {
  maxAttempts: Number.POSITIVE_INFINITY,
  maxElapsedMs: Number.POSITIVE_INFINITY,
  baseDelayMs: 200,
  maxDelayMs: 30_000,
};

/** How SQS is asked for a queue. */
export interface FindQueueOptions {
  /**
   * Default: three tries within 30 seconds. Consumers look for as long as they would receive: {@link
   * receiveRetryPolicy}.
   */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** The longest that one request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Ends the look-up at once, a request that hangs included. */
  readonly signal?: AbortSignal | undefined;
  /** Called before each pause: a look-up that fails is a reason of `health()`. */
  readonly onRetry?: ((retry: UpcomingRetry) => void) | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/**
 * The URL of a queue. A URL is returned as it is; for a name or an ARN SQS is asked.
 *
 * @param queue the queue's name, ARN or URL.
 * @throws AwsError with the code `"aws/gone"` if there is no such queue; the signal's own reason.
 */
export async function findQueueUrl(
  sqs: SqsLookup,
  queue: string,
  options: FindQueueOptions,
): Promise<string> {
  if (/^https?:\/\//.test(queue)) return queue;
  const { retry: policy, requestTimeoutMs: timeoutMs, signal, onRetry, clock, random } = options;
  const arn = parseArn(queue);
  const name = arn?.resource ?? queue;
  const input = { QueueName: name, ...(arn !== undefined && { QueueOwnerAWSAccountId: arn.accountId }) };
  const what = `Looking for the queue ${JSON.stringify(name)}`;
  const context = { details: { queue: name }, request: "unsent" } as const;
  const lookUp = async () => {
    try {
      const ask = (both: AbortSignal) => sqs.getQueueUrl(input, { signal: both });
      const { QueueUrl = "" } = await withTimeout(what, ask, { signal, timeoutMs, clock });
      if (QueueUrl !== "") return QueueUrl;
    } catch (thrown) {
      signal?.throwIfAborted();
      throw toAwsError(what, thrown, context);
    }
    throw toAwsError(what, noUrl, context);
  };
  return retry(lookUp, { policy, signal, onRetry, clock, random });
}

const noUrl = { name: "QueueDoesNotExist" };
