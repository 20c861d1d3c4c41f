import type { RetryPolicy } from "@wirekit/core";
import { type Consumer, createConsumer } from "@wirekit/core/inbound";
import { LazySource } from "@wirekit/core/kit";
import { utf8Length } from "@wirekit/core/outbound";
import { findSqsSourceFaults, type SqsDelivery, SqsSource } from "@wirekit/core/sqs";
import type { WriteAudit } from "./audit.ts";
import type { AwsClients } from "./clients.ts";
import type { AwsMessagingConfig } from "./config.ts";
import { idempotencyOf } from "./consume-idempotency.ts";
import type { ConsumeOptions, DeadLetterDestination } from "./consume-options.ts";
import { deadLetterSink, type WriteDeadLetter } from "./dead-letter-target.ts";
import { MessageProcessingError } from "./errors.ts";
import { StoredBodies } from "./large-bodies/stored-bodies.ts";
import type { AwsMessagingParts } from "./messaging-options.ts";
import { type QueueTarget, queueDisplayName, resolveQueueUrl } from "./queue-directory.ts";
import { type ReadContext, type ReadMessage, readDelivery } from "./read-delivery.ts";
import { handlingSpan, readTraced } from "./tracing.ts";
import { isFifo } from "./wire/names.ts";

/** A running consumer of one queue. */
export type EventConsumer = Consumer<SqsDelivery, ReadMessage>;

export interface EventConsumerParts
  extends Pick<AwsMessagingParts, "encryption" | "largeBodies" | "clock" | "random"> {
  readonly config: AwsMessagingConfig;
  readonly clients: AwsClients;
  readonly policy: Partial<RetryPolicy>;
  readonly logger: NonNullable<AwsMessagingParts["logger"]>;
  readonly audit: WriteAudit | undefined;
  readonly writeDeadLetter: (destination: DeadLetterDestination) => WriteDeadLetter;
}

/** What SQS gives at once: with less room than this a receive would be asked for less than it could bring. */
const defaultPrefetch = 10;
const defaultReceiveSize = 10;
/** SQS fills a receive with messages of one group; those behind one that fails are released, which counts as a receive of theirs. */
const fifoReceiveSize = 3;

/** Starts to consume a queue. */
export function startConsumer(
  target: QueueTarget,
  find: ReadContext["find"],
  options: ConsumeOptions<never>,
  parts: EventConsumerParts,
): EventConsumer {
  const { config, clients, policy, logger, audit, clock, random, encryption: cipher, largeBodies } = parts;
  const { prefetch = defaultPrefetch, deadLetter, signal, concurrency = 10 } = options;
  const { visibilityTimeoutMs, waitTimeMs, maxReceives, receiveSize, settleLingerMs } = options;
  const queue = queueDisplayName(target, config);
  const stored = new StoredBodies(largeBodies, logger);

  const open = async (opening: AbortSignal) => {
    const queueUrl = await resolveQueueUrl(target, config, {
      sqs: await clients.sqsAdmin(),
      policy,
      signal: opening,
    });
    return new SqsSource({
      sqs: await clients.sqs(),
      queueUrl,
      visibilityTimeoutMs,
      waitTimeMs,
      maxReceives,
      receiveSize: Math.min(
        receiveSize ?? (isFifo(queue) ? fifoReceiveSize : defaultReceiveSize),
        concurrency + prefetch,
      ),
      settleLingerMs,
      timeoutMs: config.timeoutMs,
      logger,
      clock,
      random,
    });
  };
  // `consume` waits neither for the request that finds the queue, nor for the SDK.
  const source = new LazySource<SqsDelivery>({
    redelivery: "by-queue",
    open,
    // Named by `consume` itself, and not by a consumer that has stopped.
    faults: findSqsSourceFaults(options),
    onDone: (delivery) => stored.handled(delivery),
  });
  const consumer: EventConsumer = createConsumer<SqsDelivery, ReadMessage>(
    {
      handlerTimeoutMs: options.handlerTimeoutMs,
      abandonAfterMs: options.abandonAfterMs,
      retry: { maxAttempts: options.maxAttempts, ...options.backoff },
      classify: options.classify,
      whenInvalid: options.whenInvalid,
      source,
      concurrency,
      capacity: concurrency + prefetch,
      idempotency: idempotencyOf(options.idempotency, queue),
      deadLetter: deadLetter && { sink: deadLetterSink(queue, parts.writeDeadLetter(deadLetter)) },
      decode: (delivery) => {
        audit?.({
          event: "delivered",
          queue,
          messageId: delivery.id,
          bytes: utf8Length(delivery.body),
          attempt: delivery.attempt,
        });
        const context = { queue, cipher, store: largeBodies?.store, find };
        return stored.note(
          delivery,
          readTraced(queue, delivery, (unread) => readDelivery(unread, context)),
        );
      },
      span: handlingSpan(queue),
      logger,
      clock,
      random,
    },
    async ({ event, metadata, handler }, { signal: handling }) => {
      try {
        await handler(event as never, { signal: handling, metadata });
      } catch (cause) {
        throw new MessageProcessingError("The handler failed", {
          details: { queue, id: metadata.messageId },
          cause,
        });
      }
    },
  );
  consumer.on("processed", ({ delivery, outcome, durationMs, error }) => {
    const { id: messageId, attempt } = delivery;
    audit?.({ event: outcome, queue, messageId, attempt, durationMs, errorCode: error?.code });
  });
  closeOnAbort(consumer, signal);
  return consumer;
}

function closeOnAbort(consumer: EventConsumer, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  const close = (): void => void consumer.close();
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
  consumer.on("stopped", () => signal.removeEventListener("abort", close));
}
