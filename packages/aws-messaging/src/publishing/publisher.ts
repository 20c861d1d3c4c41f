import { ClosedError, type SendOutcome, systemClock, TimeoutError, WirekitError } from "@wirekit/core";
import { anySignal, withTimeout } from "@wirekit/core/kit";
import type { BatcherStats, BatchOutcome } from "@wirekit/core/outbound";
import { isTracingOn } from "@wirekit/core/tracing";
import type { WriteAudit } from "../audit.ts";
import { InOrder } from "./in-order.ts";
import { OrphanedBodies } from "../large-bodies/orphaned-bodies.ts";
import type { AwsMessagingParts } from "../messaging-options.ts";
import { type PreparedEntry, prepareEntry } from "./prepare-entry.ts";
import type { PublishOptions, PublishReceipt, PublishTarget } from "./publish-options.ts";
import { type TokenBucket, tokenBucket } from "./rate-limit.ts";
import type { EventSchema, Published } from "../events/schema.ts";
import type { TopicPublisher } from "./topic-publisher.ts";
import { TopicPublishers, type TopicPublishersOptions, type UnsentMessages } from "./topic-publishers.ts";
import { reasonOf, type Sent, sendInSpan } from "../tracing.ts";
import type { Attributes } from "../wire/attributes.ts";
import { isFifoTopic } from "../wire/names.ts";

export interface PublisherOptions
  extends TopicPublishersOptions,
    Pick<AwsMessagingParts, "encryption" | "rateLimits" | "largeBodies"> {
  readonly audit: WriteAudit | undefined;
}

/** An event with all that was said about it. */
export interface PublishCall<Schema extends EventSchema = EventSchema> {
  readonly target: PublishTarget<Schema>;
  readonly event: Published<Schema>;
  readonly options: PublishOptions;
}

/** How far a call has come in its first moment: ready for its batch; or under way, with its entry in the making where that could begin. */
type Begun =
  | { readonly kind: "ready"; readonly publisher: TopicPublisher; readonly entry: PreparedEntry }
  | { readonly kind: "under-way"; readonly entry?: Promise<PreparedEntry> };

/** The entry of a call in the making, once that has begun. */
interface Making {
  entry: Promise<PreparedEntry> | undefined;
}

/** A message that its batcher has, and what becomes of it. */
interface HandedOver {
  readonly outcome: Promise<BatchOutcome<PublishReceipt>>;
  readonly bytes: number;
}

/** Publishes to all topics of a configuration. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #topics: TopicPublishers;
  readonly #buckets = new Map<string, TokenBucket | undefined>();
  /** Preparing takes turns of its own length; what belongs to one group must come to its batcher in the order of the calls. */
  readonly #groups = new InOrder();
  readonly #stop = new AbortController();
  readonly #preparing = new Set<Promise<void>>();
  readonly #orphans: OrphanedBodies;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#topics = new TopicPublishers(options);
    this.#orphans = new OrphanedBodies(options.largeBodies?.store, options.logger);
  }

  /** Rejects with what is wrong with the event or its options, what SNS said in the end, or the signal's own reason. */
  publish<Schema extends EventSchema>(call: PublishCall<Schema>): Promise<PublishReceipt> {
    const begun = this.#begin(call);
    // The batcher's own promise is the caller's: each promise more costs about as much as all that is done for the message here.
    if (begun.kind === "ready") return begun.publisher.publish(begun.entry, call.options);
    return this.#publishInSteps(call, begun.entry).then((outcome) => {
      if (outcome.kind !== "delivered") throw reasonOf(outcome) ?? call.options.signal?.reason;
      const { messageId, sequenceNumber } = outcome;
      return sequenceNumber === undefined ? { messageId } : { messageId, sequenceNumber };
    });
  }

  /** As {@link publish}, but never rejects: tells what became of the message. */
  publishOutcome<Schema extends EventSchema>(
    call: PublishCall<Schema>,
  ): Promise<SendOutcome<PublishReceipt>> {
    const begun = this.#begin(call);
    return begun.kind === "ready"
      ? begun.publisher.publishOutcome(begun.entry, call.options).then(withReceipt)
      : this.#publishInSteps(call, begun.entry);
  }

  /** By the topic's ARN. */
  stats(): Readonly<Record<string, BatcherStats>> {
    return this.#topics.stats();
  }

  /** Takes nothing more, and sends what was given before. */
  async close({ timeoutMs }: { readonly timeoutMs: number }): Promise<UnsentMessages> {
    const { clock = systemClock } = this.#options;
    const startedAt = clock.monotonic();
    const cancel = clock.setTimer(() => this.#stop.abort(new ClosedError("The messaging client")), timeoutMs);
    // What is being validated or looked up still has its turn to come.
    while (this.#preparing.size > 0) await Promise.all(this.#preparing);
    cancel();
    this.#stop.abort(new ClosedError("The messaging client"));
    const left = () => Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
    const unsent = await this.#topics.close({ timeoutMs: left() });
    await this.#orphans.settled({ timeoutMs: left(), clock });
    return unsent;
  }

  #begin<Schema extends EventSchema>(call: PublishCall<Schema>): Begun {
    const publisher = this.#topics.known(call.target.topic);
    if (publisher === undefined || this.#isHeldUp(call)) return { kind: "under-way" };
    try {
      const entry = this.#prepareEntry(call);
      return entry instanceof Promise ? { kind: "under-way", entry } : { kind: "ready", publisher, entry };
    } catch (thrown) {
      return { kind: "under-way", entry: Promise.reject(thrown) };
    }
  }

  /** Whether a call has to wait before its entry is made, or is watched on its way, or ends here. */
  #isHeldUp<Schema extends EventSchema>(call: PublishCall<Schema>): boolean {
    const group = this.#groupOf(call);
    return (
      this.#options.audit !== undefined ||
      isTracingOn() ||
      this.#stop.signal.aborted ||
      call.options.signal?.aborted === true ||
      this.#bucketFor(call.target.topic) !== undefined ||
      (group !== undefined && this.#groups.has(group))
    );
  }

  async #publishInSteps<Schema extends EventSchema>(
    call: PublishCall<Schema>,
    begun: Promise<PreparedEntry> | undefined,
  ): Promise<SendOutcome<PublishReceipt>> {
    const { clock = systemClock, audit } = this.#options;
    const { topic } = call.target;
    const startedAt = clock.monotonic();
    const prepared = this.#startPreparing();
    const making: Making = { entry: begun };
    const { outcome, bytes } = await sendInSpan(topic, async (trace): Promise<Sent> => {
      try {
        const { outcome, bytes } = await this.#handOver(call, making, trace);
        prepared();
        return { outcome: withReceipt(await outcome), bytes };
      } catch (thrown) {
        // Nothing was handed to the batcher: aborted, closed, out of time, or not fit to be sent.
        const isCalledOff =
          call.options.signal?.aborted || thrown instanceof ClosedError || thrown instanceof TimeoutError;
        return {
          outcome: isCalledOff
            ? { kind: "not-sent", error: WirekitError.from(thrown) }
            : { kind: "rejected", error: WirekitError.from(thrown) },
        };
      }
    }).finally(prepared);
    if (outcome.kind !== "delivered") this.#orphans.lookAfter(making.entry, outcome);
    audit?.({
      event: outcome.kind === "delivered" ? "published" : "publish-failed",
      topic,
      messageId: outcome.kind === "delivered" ? outcome.messageId : undefined,
      bytes,
      durationMs: clock.monotonic() - startedAt,
      errorCode: outcome.kind === "rejected" ? outcome.error.code : undefined,
    });
    return outcome;
  }

  /** Has `close` wait until the result is called. */
  #startPreparing(): () => void {
    let end = (): void => undefined;
    const preparing = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#preparing.add(preparing);
    return () => {
      this.#preparing.delete(preparing);
      end();
    };
  }

  /** Gets a message ready and gives it to its batcher, in its turn. */
  async #handOver<Schema extends EventSchema>(
    call: PublishCall<Schema>,
    making: Making,
    trace: Attributes,
  ): Promise<HandedOver> {
    const { clock = systemClock } = this.#options;
    const { signal: own, timeoutMs = Number.POSITIVE_INFINITY } = call.options;
    const startedAt = clock.monotonic();
    const calledOff = own === undefined ? undefined : anySignal(own, this.#stop.signal);
    const task = async (signal: AbortSignal): Promise<HandedOver> => {
      const work = this.#prepare(call, making, { trace, signal });
      let handedOver: HandedOver | undefined;
      const handOn = ({ publisher, entry }: { publisher: TopicPublisher; entry: PreparedEntry }): void => {
        // It may have been given up while others of its group went first.
        signal.throwIfAborted();
        const left = Math.max(0, timeoutMs - (clock.monotonic() - startedAt));
        const outcome = publisher.publishOutcome(entry, { signal: own, timeoutMs: left });
        handedOver = { outcome, bytes: entry.bytes };
      };
      const group = this.#groupOf(call);
      await (group === undefined ? work.then(handOn) : this.#groups.add(group, work, handOn));
      return handedOver as unknown as HandedOver;
    };
    try {
      return await withTimeout("Publishing", task, {
        signal: calledOff?.signal ?? this.#stop.signal,
        timeoutMs,
        clock,
      });
    } finally {
      calledOff?.release();
    }
  }

  async #prepare<Schema extends EventSchema>(
    call: PublishCall<Schema>,
    making: Making,
    { trace, signal }: { readonly trace: Attributes; readonly signal: AbortSignal },
  ): Promise<{ readonly publisher: TopicPublisher; readonly entry: PreparedEntry }> {
    const { topic } = call.target;
    if (making.entry === undefined) await this.#bucketFor(topic)?.take(signal);
    making.entry ??= Promise.resolve(this.#prepareEntry(call, trace));
    const entry = await making.entry;
    return { entry, publisher: await this.#topics.find(topic, signal) };
  }

  #prepareEntry<Schema extends EventSchema>(
    { target, event, options }: PublishCall<Schema>,
    trace?: Attributes,
  ): PreparedEntry | Promise<PreparedEntry> {
    const { config, encryption: cipher, largeBodies } = this.#options;
    const { maxMessageBytes, topicMap } = config;
    return prepareEntry(target, event, options, {
      maxMessageBytes,
      topicMap,
      cipher,
      trace,
      store: largeBodies?.store,
    });
  }

  /** The FIFO group of a message, on its topic; `undefined` where there is none to be kept in order. */
  #groupOf<Schema extends EventSchema>({ target, event, options }: PublishCall<Schema>): string | undefined {
    if (!isFifoTopic(target.topic, this.#options.config.topicMap)) return undefined;
    try {
      return `${target.topic} ${options.groupId ?? target.groupId?.(event)}`;
    } catch {
      // The definition was given an event that is not of its form, which preparing it will tell.
      return undefined;
    }
  }

  #bucketFor(topic: string): TokenBucket | undefined {
    const { rateLimits, clock } = this.#options;
    if (rateLimits === undefined) return undefined;
    if (!this.#buckets.has(topic)) {
      const limit = (Object.hasOwn(rateLimits, topic) ? rateLimits[topic] : undefined) ?? rateLimits["*"];
      this.#buckets.set(topic, limit && tokenBucket(limit, clock));
    }
    return this.#buckets.get(topic);
  }
}

function withReceipt(outcome: BatchOutcome<PublishReceipt>): SendOutcome<PublishReceipt> {
  if (outcome.kind !== "delivered") return outcome;
  const { receipt, ...delivered } = outcome;
  return { ...delivered, ...receipt };
}
