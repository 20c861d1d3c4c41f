import type { Clock, Random } from "../clock.ts";
import type { WirekitError } from "../errors/wirekit-error.ts";
import { retry } from "../kit/retry.ts";
import { withTimeout } from "../kit/waiting.ts";
import type { RetryPolicy } from "../retry-policy.ts";
import type { SqsLookup } from "../sqs/sqs-api.ts";
import { parseArn } from "./arn.ts";
import { toAwsError } from "./aws-error.ts";

/** How SQS is asked for a queue. */
export interface FindQueueOptions {
  /** Default: three tries within 30 seconds. */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** The longest that one request may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Ends the look-up at once, a request that hangs included. */
  readonly signal?: AbortSignal | undefined;
  /** Called with the error of each try that failed: it is a reason of `health()`. */
  readonly onTrouble?: ((error: WirekitError) => void) | undefined;
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
  const { retry: policy, requestTimeoutMs: timeoutMs, signal, onTrouble, clock, random } = options;
  const arn = parseArn(queue);
  const name = arn?.resource ?? queue;
  const input = { QueueName: name, ...(arn !== undefined && { QueueOwnerAWSAccountId: arn.accountId }) };
  const what = `Looking for the queue ${JSON.stringify(name)}`;
  const context = { details: { queue: name }, request: "unsent" } as const;
  const ask = (both: AbortSignal) => sqs.getQueueUrl(input, { signal: both });
  const lookUp = async () => {
    try {
      const { QueueUrl = "" } = await withTimeout(what, ask, { signal, timeoutMs, clock });
      if (QueueUrl !== "") return QueueUrl;
      throw noUrl;
    } catch (thrown) {
      signal?.throwIfAborted();
      const error = toAwsError(what, thrown, context);
      onTrouble?.(error);
      throw error;
    }
  };
  return retry(lookUp, { policy, signal, clock, random });
}

const noUrl = Object.assign(new Error("SQS gave no URL"), { name: "QueueDoesNotExist" });
