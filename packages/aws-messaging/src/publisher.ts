import {
  anySignal,
  ClosedError,
  type Logger,
  type RetryPolicy,
  type SendOutcome,
  systemClock,
  WirekitError,
} from "@wirekit/core";
import type { BatcherStats } from "@wirekit/core/outbound";
import type { AuditRecord } from "./audit.ts";
import type { AwsClients } from "./clients.ts";
import type { AwsMessagingConfig } from "./config.ts";
import { InOrder } from "./in-order.ts";
import type { AwsMessagingParts } from "./messaging-options.ts";
import { type PreparedEntry, prepareEntry } from "./prepare-entry.ts";
import type { PublishOptions, PublishReceipt, PublishTarget } from "./publish-options.ts";
import { type TokenBucket, tokenBucket } from "./rate-limit.ts";
import type { EventSchema, Published } from "./schema.ts";
import { type TopicDirectory, topicDirectory } from "./topic-directory.ts";
import { TopicPublisher } from "./topic-publisher.ts";
import { reasonOf, type Sent, sendInSpan } from "./tracing.ts";
import type { Attributes } from "./wire/attributes.ts";
import { isFifo } from "./wire/names.ts";

export interface PublisherOptions extends Omit<AwsMessagingParts, "sns" | "sqs" | "audit" | "logger"> {
  readonly config: AwsMessagingConfig;
  readonly clients: AwsClients;
  readonly policy: Partial<RetryPolicy>;
  readonly logger: Logger;
  readonly audit: (record: Omit<AuditRecord, "at">) => void;
}

/** What `close` could not finish in its time. */
export interface UnsentMessages {
  /** Never left: safe to publish again. By the topic's logical name. */
  readonly notSent: number;
  /** Were in a request at least once, and nothing says that they were taken. */
  readonly unconfirmed: number;
}

/** Publishes to all topics of a configuration: one batcher for each, made when it is first used. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #directory: () => Promise<TopicDirectory>;
  readonly #topics = new Map<string, Promise<TopicPublisher>>();
  readonly #buckets = new Map<string, TokenBucket | undefined>();
  /** Preparing takes turns of its own length; what belongs to one group must come to its batcher in the order of the calls. */
  readonly #groups = new InOrder();
  readonly #stop = new AbortController();
  readonly #preparing = new Set<Promise<unknown>>();

  constructor(options: PublisherOptions) {
    this.#options = options;
    let opened: Promise<TopicDirectory> | undefined;
    const open = async (): Promise<TopicDirectory> => {
      try {
        return topicDirectory(options.config, await options.clients.sns(), options.policy);
      } catch (thrown) {
        opened = undefined;
        throw thrown;
      }
    };
    // The promise is kept, not what it brings: publishes that are called at once share one directory, and its one listing.
    this.#directory = () => {
      opened ??= open();
      return opened;
    };
  }

  /** @throws what is wrong with the event or its options, what SNS said in the end, or the signal's own reason. */
  async publish<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    options: PublishOptions,
  ): Promise<PublishReceipt> {
    const outcome = await this.publishOutcome(target, event, options);
    if (outcome.kind !== "delivered") throw reasonOf(outcome) ?? options.signal?.reason;
    const { messageId, sequenceNumber } = outcome;
    return sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
  }

  /** As {@link publish}, but never rejects: tells what became of the message. */
  async publishOutcome<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    options: PublishOptions,
  ): Promise<SendOutcome<PublishReceipt>> {
    const { clock = systemClock, audit } = this.#options;
    const startedAt = clock.monotonic();
    const begun = this.#begin();
    const { outcome, bytes } = await sendInSpan(target.topic, (trace) => {
      const sending = this.#send(target, event, options, trace);
      begun();
      return sending;
    });
    audit({
      event: outcome.kind === "delivered" ? "published" : "publish-failed",
      topic: target.topic,
      messageId: outcome.kind === "delivered" ? outcome.messageId : undefined,
      bytes,
      durationMs: clock.monotonic() - startedAt,
      errorCode: outcome.kind === "rejected" ? outcome.error.code : undefined,
    });
    return outcome;
  }

  /** By the topic's ARN. */
  async stats(): Promise<Readonly<Record<string, BatcherStats>>> {
    const publishers = await Promise.all(
      [...this.#topics].map(async ([arn, publisher]) => [arn, (await publisher).stats()] as const),
    );
    return Object.fromEntries(publishers);
  }

  /** Takes nothing more, and sends what was given before. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<UnsentMessages> {
    const { clock = systemClock } = this.#options;
    const startedAt = clock.monotonic();
    const cancel = clock.setTimer(() => this.#stop.abort(new ClosedError("The messaging client")), timeoutMs);
    // What is being validated or looked up still has its turn to come.
    while (this.#preparing.size > 0) await Promise.allSettled(this.#preparing);
    cancel();
    this.#stop.abort(new ClosedError("The messaging client"));
    const left = Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
    const publishers = await Promise.all(this.#topics.values());
    const reports = await Promise.all(publishers.map((publisher) => publisher.close({ timeoutMs: left })));
    return {
      notSent: reports.reduce((sum, { notSent }) => sum + notSent.length, 0),
      unconfirmed: reports.reduce((sum, { unconfirmed }) => sum + unconfirmed.length, 0),
    };
  }

  /** A call counts as being prepared from its first moment, so that `close` waits for it; call the result once it is so by itself. */
  #begin(): () => void {
    let end = (): void => undefined;
    const beginning = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#preparing.add(beginning);
    return () => {
      this.#preparing.delete(beginning);
      end();
    };
  }

  async #send<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    options: PublishOptions,
    trace: Attributes,
  ): Promise<Sent> {
    try {
      const { publisher, entry } = await this.#prepare(target, event, options, trace);
      const sent = await publisher.publishOutcome(entry, options);
      if (sent.kind !== "delivered") return { outcome: sent, bytes: entry.bytes };
      const { receipt, ...delivered } = sent;
      return { outcome: { ...delivered, ...receipt }, bytes: entry.bytes };
    } catch (thrown) {
      // Nothing was handed to the batcher yet: aborted, closed, or not fit to be sent.
      const isCalledOff = options.signal?.aborted === true || ClosedError.isInstance(thrown);
      if (isCalledOff) return { outcome: { kind: "not-sent", reason: thrown } };
      return { outcome: { kind: "rejected", error: WirekitError.from(thrown) } };
    }
  }

  async #prepare<Schema extends EventSchema>(
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    options: PublishOptions,
    trace: Attributes,
  ): Promise<{ readonly publisher: TopicPublisher; readonly entry: PreparedEntry }> {
    const { signal, release } = anySignal(options.signal, this.#stop.signal);
    const work = this.#prepareUntil(signal, target, event, { options, trace });
    const fifoGroup = isFifo(target.topic)
      ? `${target.topic} ${options.groupId ?? target.groupId?.(event)}`
      : undefined;
    const turn = fifoGroup === undefined ? work : this.#groups.add(fifoGroup, work);
    this.#preparing.add(turn);
    try {
      return await turn;
    } finally {
      this.#preparing.delete(turn);
      release();
    }
  }

  async #prepareUntil<Schema extends EventSchema>(
    signal: AbortSignal,
    target: PublishTarget<Schema>,
    event: Published<Schema>,
    { options, trace }: { readonly options: PublishOptions; readonly trace: Attributes },
  ) {
    signal.throwIfAborted();
    const { config, encryption: cipher } = this.#options;
    await this.#bucketFor(target.topic)?.take(signal);
    const entry = await prepareEntry(target, event, options, {
      maxMessageBytes: config.maxMessageBytes,
      cipher,
      trace,
    });
    const publisher = await this.#publisherFor(target.topic, signal);
    return { publisher, entry };
  }

  async #publisherFor(topic: string, signal: AbortSignal): Promise<TopicPublisher> {
    const directory = await this.#directory();
    const topicArn = await directory.arnFor(topic, { signal });
    const known = this.#topics.get(topicArn);
    if (known !== undefined) return known;
    const made = this.#makePublisher(topicArn);
    this.#topics.set(topicArn, made);
    return made;
  }

  async #makePublisher(topicArn: string): Promise<TopicPublisher> {
    const { config, clients, policy, batching = {}, logger, clock, random } = this.#options;
    const { maxMessageBytes, timeoutMs } = config;
    const sns = await clients.sns();
    return new TopicPublisher({
      topicArn,
      sns,
      batching,
      retry: policy,
      maxMessageBytes,
      timeoutMs,
      logger,
      clock,
      random,
    });
  }

  #bucketFor(topic: string): TokenBucket | undefined {
    const { rateLimits = {}, clock } = this.#options;
    if (!this.#buckets.has(topic)) {
      const limit = (Object.hasOwn(rateLimits, topic) ? rateLimits[topic] : undefined) ?? rateLimits["*"];
      this.#buckets.set(topic, limit && tokenBucket(limit, clock));
    }
    return this.#buckets.get(topic);
  }
}
