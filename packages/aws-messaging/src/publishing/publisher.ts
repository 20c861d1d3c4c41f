import { ClosedError, type CloseReport, type SendOutcome } from "@wirekit/core";
import { type Deadline, failedOutcome, rejectOnAbort, SendCounter } from "@wirekit/core/kit";
import type { BatchOutcome, Settle } from "@wirekit/core/outbound";
import { isTracingOn } from "@wirekit/core/tracing";
import type { WriteAudit } from "../audit.ts";
import type { EventSchema } from "../events/schema.ts";
import { OrphanedBodies } from "../large-bodies/orphaned-bodies.ts";
import { type Sent, sendInSpan } from "../tracing.ts";
import type { Attributes } from "../wire/attributes.ts";
import { isFifoTopic, ownValue } from "../wire/names.ts";
import { InOrder } from "./in-order.ts";
import { type PrepareContext, prepareEntry } from "./prepare-entry.ts";
import { type PreparedEntry, Publication, type PublicationContext, type Tell } from "./publication.ts";
import type { PublishCall, PublishReceipt } from "./publish-options.ts";
import { type PublisherStats, publisherStats } from "./publish-stats.ts";
import { type TokenBucket, tokenBucket } from "./rate-limit.ts";
import { lookUpArea, TopicPublishers, type TopicPublishersOptions } from "./topic-publishers.ts";

export interface PublisherOptions extends TopicPublishersOptions {
  readonly audit: WriteAudit | undefined;
}

/** Publishes to all topics of a configuration. */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #topics: TopicPublishers;
  readonly #shared: PublicationContext;
  readonly #context: PrepareContext;
  readonly #buckets = new Map<string, TokenBucket | undefined>();
  /**
   * Some messages take longer to prepare. Those of one group must come to their batcher in the order of the
   * calls.
   */
  readonly #groups = new InOrder();
  readonly #stop = new AbortController();
  /** What ended before it came to its batcher. */
  readonly #ended = new SendCounter();
  /** What has yet to come to its batcher. */
  readonly #preparing = new Set<Publication>();
  readonly #orphans: OrphanedBodies;
  #isClosing = false;
  #onAllPrepared: (() => void) | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    const { maxMessageBytes, topicMap, encryption: cipher, largeBodies, clock } = options.config;
    this.#shared = { stop: this.#stop.signal, clock };
    this.#context = { maxMessageBytes, topicMap, cipher, store: largeBodies?.store };
    this.#topics = new TopicPublishers(options);
    this.#orphans = new OrphanedBodies(options.config.largeBodies?.store, options.config.logger);
  }

  /**
   * Rejects with what is wrong with the event or its options, what SNS said in the end, or the signal's own
   * reason.
   */
  publish<Schema extends EventSchema>(call: PublishCall<Schema>): Promise<PublishReceipt> {
    return new Promise((resolve, reject) => {
      this.#start(call as unknown as PublishCall, (outcome, reason) => {
        if (outcome.kind === "delivered") resolve(outcome.receipt);
        else reject(reason);
      });
    });
  }

  /** As {@link publish}, but never rejects: tells what became of the message. */
  publishOutcome<Schema extends EventSchema>(
    call: PublishCall<Schema>,
  ): Promise<SendOutcome<PublishReceipt>> {
    return new Promise((resolve) => {
      this.#start(call as unknown as PublishCall, (outcome) => resolve(withReceipt(outcome)));
    });
  }

  stats(): PublisherStats {
    return publisherStats(this.#topics.stats(), this.#ended.stats(), this.#preparing.size);
  }

  /** Takes nothing more, and sends what was given before. */
  async close(deadline: Deadline): Promise<Omit<CloseReport<PublishCall>, "notHandled">> {
    this.#isClosing = true;
    // What is being validated or looked up still has its turn to come.
    await deadline.limit("Closing", () => this.#allPrepared(), 0.8).catch(() => undefined);
    const unprepared = [...this.#preparing].map(({ call }) => call);
    this.#stop.abort(new ClosedError("The messaging client"));
    const { notSent, unconfirmed } = await this.#topics.close(deadline);
    await deadline.limit("Deleting bodies", () => this.#orphans.settled()).catch(() => undefined);
    return {
      notSent: [...unprepared, ...callsOf(notSent)],
      unconfirmed: callsOf(unconfirmed),
    };
  }

  #start(call: PublishCall, tell: Tell): void {
    const publication = new Publication(call, tell, this.#shared);
    if (this.#isClosing) this.#refuse(publication, new ClosedError("The messaging client"));
    else if (isTracingOn()) this.#startTraced(publication);
    else this.#prepareAndSend(publication, this.#context);
  }

  /**
   * The span begins before the message is prepared, because the message carries it, and ends before its
   * caller is told.
   */
  #startTraced(publication: Publication): void {
    this.#preparing.add(publication);
    const { tell } = publication;
    let end = (): void => undefined;
    const send = (trace: Attributes): Promise<Sent> =>
      new Promise((resolve) => {
        publication.tell = (outcome, reason) => {
          end = () => tell(outcome, reason);
          resolve({ outcome: withReceipt(outcome), bytes: publication.bytes });
        };
        this.#prepareAndSend(publication, { ...this.#context, trace });
      });
    void sendInSpan(publication.call.target.topic, send).then(() => end());
  }

  /**
   * Within this call, if nothing has to be waited for: a promise costs about as much as all that is done for
   * a message here.
   */
  #prepareAndSend(publication: Publication, context: PrepareContext): void {
    let prepared: PreparedEntry | Promise<PreparedEntry>;
    try {
      publication.check();
      prepared = this.#prepare(publication, context);
    } catch (thrown) {
      this.#refuse(publication, thrown);
      return;
    }
    const group = this.#groupOf(publication.call);
    if (prepared instanceof Promise || (group !== undefined && this.#groups.has(group))) {
      this.#preparing.add(publication);
      void this.#sendLater(publication, Promise.resolve(prepared), group);
    } else {
      this.#send(publication, prepared);
    }
  }

  #prepare(publication: Publication, context: PrepareContext): PreparedEntry | Promise<PreparedEntry> {
    const turn = this.#bucketFor(publication.call.target.topic)?.take(publication.signal);
    return turn === undefined
      ? this.#prepareNow(publication, context)
      : turn.then(() => this.#prepareNow(publication, context));
  }

  #prepareNow(publication: Publication, context: PrepareContext): PreparedEntry | Promise<PreparedEntry> {
    const { target, event, options } = publication.call;
    const entry = prepareEntry(target, event, options, context);
    if (!(entry instanceof Promise)) return this.#withTopic(publication, entry);
    publication.entry = entry;
    return entry.then((made) => this.#withTopic(publication, made));
  }

  #withTopic(publication: Publication, entry: PreparedEntry): PreparedEntry | Promise<PreparedEntry> {
    publication.entry = entry;
    entry.publication = publication;
    const found = this.#topics.find(publication.call.target.topic);
    if (!(found instanceof Promise)) {
      publication.topic = found;
      return entry;
    }
    return found.then((topic) => {
      publication.topic = topic;
      return entry;
    });
  }

  #send(publication: Publication, entry: PreparedEntry): void {
    const { leftMs: timeoutMs } = publication;
    const { options } = publication.call;
    const limits = timeoutMs === undefined ? options : { signal: options.signal, timeoutMs };
    this.#isPrepared(publication);
    // Found by now: `#withTopic` waits for it.
    const topic = publication.topic as NonNullable<Publication["topic"]>;
    topic.submit(entry, limits, this.#onOutcome);
  }

  /** One function for all messages: see "Closures that wait" in docs/performance.md. */
  readonly #onOutcome: Settle<PreparedEntry, PublishReceipt> = (outcome, reason, { publication }) => {
    if (publication === undefined) return;
    if (isTrouble(outcome)) {
      const area = publication.topic?.area ?? lookUpArea(publication.call.target.topic);
      this.#options.troubles.report(area, outcome.error);
    }
    this.#settle(publication, outcome, reason);
  };

  /**
   * As {@link #send}, when the message is prepared, and those of its group that were called before have been
   * sent.
   */
  async #sendLater(
    publication: Publication,
    prepared: Promise<PreparedEntry>,
    group: string | undefined,
  ): Promise<void> {
    const { signal } = publication;
    const send = (entry: PreparedEntry): void => {
      // The caller may have given up while others of its group went first.
      signal.throwIfAborted();
      this.#send(publication, entry);
    };
    try {
      const sent = group === undefined ? prepared.then(send) : this.#groups.add(group, prepared, send);
      await rejectOnAbort(sent, signal);
    } catch (thrown) {
      this.#refuse(publication, thrown);
    } finally {
      publication.release();
    }
  }

  /** Ends a publish that did not come to its batcher: it never left. */
  #refuse(publication: Publication, thrown: unknown): void {
    const outcome = failedOutcome(thrown);
    this.#isPrepared(publication);
    const { topic } = publication.call.target;
    if (outcome.kind === "expired" && !this.#topics.isKnown(topic)) {
      this.#options.troubles.report(lookUpArea(topic), outcome.error);
    }
    this.#ended.accept();
    this.#ended.settle(outcome.kind);
    this.#settle(publication, outcome, thrown);
  }

  /** The one place where a publish ends, whichever way it comes. */
  #settle(publication: Publication, outcome: BatchOutcome<PublishReceipt>, reason: unknown): void {
    if (outcome.kind !== "delivered") this.#orphans.lookAfter(publication.entry, outcome);
    this.#options.audit?.({
      event: outcome.kind === "delivered" ? "published" : "publish-failed",
      topic: publication.call.target.topic,
      messageId: outcome.kind === "delivered" ? outcome.receipt.messageId : undefined,
      bytes: publication.bytes,
      durationMs: publication.elapsedMs,
      errorCode: outcome.kind === "delivered" ? undefined : outcome.error.code,
    });
    publication.tell(outcome, reason);
  }

  #isPrepared(publication: Publication): void {
    if (this.#preparing.delete(publication) && this.#preparing.size === 0) this.#onAllPrepared?.();
  }

  async #allPrepared(): Promise<void> {
    if (this.#preparing.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onAllPrepared = resolve;
    });
  }

  /** The FIFO group of a message, on its topic; `undefined` if there is no order to keep. */
  #groupOf({ target, event, options }: PublishCall): string | undefined {
    if (!isFifoTopic(target.topic, this.#options.config.topicMap)) return undefined;
    try {
      return `${target.topic} ${options.groupId ?? target.groupId?.(event)}`;
    } catch {
      // The event is not of its form. Preparing it says so.
      return undefined;
    }
  }

  #bucketFor(topic: string): TokenBucket | undefined {
    const { rateLimits, clock } = this.#options.config;
    if (rateLimits === undefined) return undefined;
    if (!this.#buckets.has(topic)) {
      const limit = ownValue(rateLimits, topic) ?? rateLimits["*"];
      this.#buckets.set(topic, limit && tokenBucket(limit, clock));
    }
    return this.#buckets.get(topic);
  }
}

/** Whether a failure says something of the way to SNS, and not only of its message or its caller. */
function isTrouble(
  outcome: BatchOutcome<PublishReceipt>,
): outcome is Exclude<SendOutcome, { readonly kind: "delivered" }> {
  if (outcome.kind === "expired") return true;
  return outcome.kind === "unconfirmed" && !(outcome.error.cause instanceof ClosedError);
}

function callsOf(entries: readonly PreparedEntry[]): PublishCall[] {
  return entries.flatMap(({ publication }) => (publication === undefined ? [] : [publication.call]));
}

function withReceipt(outcome: BatchOutcome<PublishReceipt>): SendOutcome<PublishReceipt> {
  if (outcome.kind !== "delivered") return outcome;
  const { receipt, ...delivered } = outcome;
  return { ...delivered, ...receipt };
}
