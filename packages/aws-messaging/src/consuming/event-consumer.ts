import type { Issue } from "@wirekit/core";
import { tryPatiently } from "@wirekit/core/aws";
import { type Consumer, createConsumer, type IdempotencyOptions } from "@wirekit/core/inbound";
import { LazySource, onAbort } from "@wirekit/core/kit";
import { utf8Length } from "@wirekit/core/outbound";
import { findSqsSourceFaults, type SqsDelivery, SqsSource } from "@wirekit/core/sqs";
import type { WriteAudit } from "../audit.ts";
import type { AwsMessagingConfig } from "../config.ts";
import type { AwsClients } from "../connection/clients.ts";
import { MessageProcessingError } from "../errors.ts";
import { StoredBodies } from "../large-bodies/stored-bodies.ts";
import { handlingSpan, readTraced } from "../tracing.ts";
import { isFifo } from "../wire/names.ts";
import { type ConsumeIdempotency, deadLetterPlaceName, type HandlingOptions } from "./consume-options.ts";
import type { DeadLetterWriter } from "./dead-letter-writer.ts";
import type { MessageMetadata } from "./event-handler.ts";
import { findQueue, type QueueTarget, queueDisplayName } from "./queue-directory.ts";
import { type ReadContext, type ReadMessage, readDelivery } from "./read-delivery.ts";

/** A running consumer of one queue. */
export type EventConsumer = Consumer<SqsDelivery, ReadMessage>;

/** What all consumers of a client share. */
export interface ConsumerContext {
  readonly config: AwsMessagingConfig;
  readonly clients: AwsClients;
  readonly audit: WriteAudit | undefined;
  readonly deadLetters: DeadLetterWriter;
}

/** What SQS gives at once: with less room than this a receive would be asked for less than it could bring. */
const defaultPrefetch = 10;
const defaultReceiveSize = 10;
/**
 * SQS fills a receive with messages of one group. Those behind one that fails are released, which counts as a
 * receive.
 */
const fifoReceiveSize = 3;

/**
 * Starts to consume a queue.
 *
 * @param issues what is wrong with the options already.
 * @throws ConfigError naming every option at fault.
 */
export function startConsumer(
  target: QueueTarget,
  find: ReadContext["find"],
  options: HandlingOptions<never> & { readonly issues: readonly Issue[] },
  { config, clients, audit, deadLetters }: ConsumerContext,
): EventConsumer {
  const { prefetch = defaultPrefetch, signal, concurrency = 10, issues } = options;
  const { visibilityTimeoutMs, waitTimeMs, maxReceives, receiveSize, settleLingerMs } = options;
  const { logger, clock, random, encryption: cipher, largeBodies } = config;
  // Options that are wrong may not even name a queue.
  const queue = issues.length > 0 ? "" : queueDisplayName(target, config);
  const stored = new StoredBodies(largeBodies, logger);
  // A group that is at fault is named already, and is not looked into.
  const isFaulty = (name: string) => issues.some(({ path }) => path === name || path.startsWith(`${name}.`));
  const deadLetter = isFaulty("deadLetter") ? undefined : options.deadLetter;
  const idempotency = isFaulty("idempotency") ? undefined : options.idempotency;

  // `consume` waits neither for the request that finds the queue, nor for the SDK.
  const source = new LazySource<SqsDelivery>({
    redelivery: "by-queue",
    open: async (opening, onTrouble) => {
      const sqs = await clients.sqs();
      const admin = await clients.sqsAdmin();
      // Trouble that would not end a consumer which receives does not end one that has yet to begin.
      const queueUrl = await tryPatiently(
        () => findQueue(target, config, { sqs: admin, retry: { maxAttempts: 1 }, signal: opening }),
        { signal: opening, onTrouble, clock, random },
      );
      return new SqsSource({
        sqs,
        queueUrl,
        visibilityTimeoutMs,
        waitTimeMs,
        maxReceives,
        receiveSize: Math.min(
          receiveSize ?? (isFifo(queue) ? fifoReceiveSize : defaultReceiveSize),
          concurrency + prefetch,
        ),
        settleLingerMs,
        timeoutMs: config.requestTimeoutMs,
        logger,
        clock,
        random,
      });
    },
    // Named by `consume` itself, and not by a consumer that has stopped.
    faults: [...issues, ...findSqsSourceFaults(options)],
    onDone: (delivery) => stored.handled(delivery),
  });
  const consumer: EventConsumer = createConsumer<SqsDelivery, ReadMessage>(
    {
      source,
      concurrency,
      capacity: isFaulty("prefetch") ? undefined : capacityOf(concurrency, prefetch),
      handlerTimeoutMs: options.handlerTimeoutMs,
      abandonAfterMs: options.abandonAfterMs,
      retry: options.retry,
      classify: options.classify,
      whenInvalid: options.whenInvalid,
      idempotency: idempotencyOf(idempotency, queue),
      deadLetter: deadLetter && {
        sink: deadLetters.sinkFor(queue, deadLetter),
        place: deadLetterPlaceName(deadLetter),
      },
      decode: (delivery) => {
        audit?.({
          event: "delivered",
          queue,
          messageId: delivery.id,
          bytes: utf8Length(delivery.body),
          attempt: delivery.attempt,
        });
        const context = { queue, cipher, store: largeBodies?.store, find };
        const reading = readTraced(queue, delivery, (unread) => readDelivery(unread, context));
        return stored.note(delivery, reading);
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
        const details = { queue, id: metadata.messageId };
        throw new MessageProcessingError("The handler failed", { details, cause });
      }
    },
  );
  consumer.on("processed", ({ delivery, outcome, durationMs, error }) => {
    const { id: messageId, attempt } = delivery;
    audit?.({ event: outcome, queue, messageId, attempt, durationMs, errorCode: error?.code });
  });
  if (signal !== undefined)
    consumer.on(
      "stopped",
      onAbort(signal, () => void consumer.close()),
    );
  return consumer;
}

/** `undefined` for a concurrency that is none: core says so. */
function capacityOf(concurrency: number, prefetch: number): number | undefined {
  const capacity = concurrency + prefetch;
  return Number.isSafeInteger(capacity) && capacity > 0 ? capacity : undefined;
}

/** One store may serve many queues: each handles what came to it. */
function idempotencyOf(
  idempotency: ConsumeIdempotency<never> | undefined,
  queue: string,
): IdempotencyOptions<SqsDelivery, ReadMessage, unknown> | undefined {
  if (idempotency === undefined) return undefined;
  const { store, keyOf = messageId, claimTtlMs, resultTtlMs } = idempotency;
  return {
    store,
    claimTtlMs,
    resultTtlMs,
    keyOf: ({ event, metadata }) => {
      const key = keyOf(event as never, metadata);
      return key === undefined ? undefined : JSON.stringify([queue, key]);
    },
  };
}

function messageId(_event: unknown, metadata: MessageMetadata): string {
  return metadata.messageId;
}
