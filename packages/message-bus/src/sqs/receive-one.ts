import type { Clock, Logger, Random, RetryPolicy } from "@wirekit/core";
import { retry, withTimeout } from "@wirekit/core/kit";
import { readSqsMessage, type SqsApi, type SqsDelivery } from "@wirekit/core/sqs";

/** The longest that SQS lets one wait in one request. */
const maxWaitSeconds = 20;

/** How one message is received. */
export interface ReceiveOneOptions {
  readonly sqs: Pick<SqsApi, "receiveMessage">;
  readonly queueUrl: string;
  /** In whole seconds: SQS knows no others. */
  readonly waitSeconds: number;
  /** Undefined: as the queue is configured. */
  readonly visibilitySeconds: number | undefined;
  readonly signal: AbortSignal;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** For one request, its wait not included. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Asks for one message by long polls, and never for more: what is fetched ahead would be held back from
 * others, and lost to this caller.
 */
export async function receiveOne(
  options: ReceiveOneOptions,
): Promise<Omit<SqsDelivery, "lease"> | undefined> {
  const { retry: policy, signal, clock, random } = options;
  // By the seconds that were asked for, not by the clock: an answer that is early by a moment must not cost
  // one more poll.
  let leftSeconds = options.waitSeconds;
  do {
    const waitSeconds = Math.min(leftSeconds, maxWaitSeconds);
    const message = await retry(() => poll(waitSeconds, options), { policy, signal, clock, random });
    if (message !== undefined) return message;
    leftSeconds -= waitSeconds;
  } while (leftSeconds > 0);
  return undefined;
}

async function poll(
  waitSeconds: number,
  { sqs, queueUrl, visibilitySeconds, signal, timeoutMs, clock, logger }: ReceiveOneOptions,
): Promise<Omit<SqsDelivery, "lease"> | undefined> {
  const input = {
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 1,
    WaitTimeSeconds: waitSeconds,
    ...(visibilitySeconds !== undefined && { VisibilityTimeout: visibilitySeconds }),
  };
  const { Messages: [message] = [] } = await withTimeout(
    "The receive",
    (both) => sqs.receiveMessage(input, { signal: both }),
    { signal, timeoutMs: waitSeconds * 1_000 + timeoutMs, clock },
  );
  if (message === undefined) return undefined;
  const read = readSqsMessage(message, queueUrl);
  if (read === undefined) {
    logger.error({ id: message.MessageId }, "SQS gave a message without an id or a receipt handle");
  }
  return read;
}
