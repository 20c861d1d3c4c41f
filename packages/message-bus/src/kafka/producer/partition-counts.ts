import { type Clock, type Random, WirekitError } from "@wirekit/core";
import { backoffMs, Deadline, sleep, withTimeout } from "@wirekit/core/kit";
import { TopicMissingError } from "../kafka-errors.ts";

export interface PartitionCountsOptions {
  /** Asks the cluster. */
  readonly ask: (topic: string, options: { readonly signal: AbortSignal }) => Promise<number>;
  /** How often a topic may be said to be missing before that is believed. */
  readonly triesForTopic: number;
  /** After this time a count is asked for again; the old one is used until the answer. */
  readonly maxAgeMs: number;
  /** The longest that a topic is asked for again and again. */
  readonly maxWaitMs: number;
  readonly listener: CountsListener;
  readonly clock: Clock;
  readonly random: Random;
}

/** Told what keeps topics from being known, while they are asked for again. */
export interface CountsListener {
  onFailing(error: WirekitError): void;
  onEnded(): void;
}

/** What a topic is known by. */
export interface KnownTopic {
  readonly partitionCount: number;
  /** One text for each partition, always the same one. */
  nameOf(partition: number): string;
}

/** A send that waits for the count of its topic. */
export interface Waiter {
  readonly known: (topic: KnownTopic) => void;
  readonly failed: (error: unknown) => void;
}

const pauses = { baseDelayMs: 100, maxDelayMs: 1_000 };

/**
 * How many partitions each topic has: the one place where this is kept. Sends wait here until it is known,
 * and go on in their order. A topic that is known lets every send pass at once, because one that waited even
 * for a turn could be overtaken.
 */
export class PartitionCounts {
  readonly #options: PartitionCountsOptions;
  readonly #known = new Map<string, Topic>();
  readonly #waiting = new Map<string, Set<Waiter>>();
  readonly #closed = new AbortController();

  constructor(options: PartitionCountsOptions) {
    this.#options = options;
  }

  /** The topic, where its count is known. */
  get(topic: string): KnownTopic | undefined {
    return this.#known.get(topic);
  }

  /**
   * Calls one of the two functions with the answer; neither of them after the returned function was called.
   */
  wait(topic: string, waiter: Waiter): () => void {
    const waiting = this.#waiting.get(topic) ?? this.#ask(topic);
    waiting.add(waiter);
    return () => waiting.delete(waiter);
  }

  /** Asks again for a topic that was asked for too long ago, in case it has grown. */
  refresh(name: string): void {
    const { ask, maxAgeMs, clock } = this.#options;
    const topic = this.#known.get(name);
    if (topic === undefined || topic.isAsked || clock.monotonic() - topic.askedAt <= maxAgeMs) return;
    topic.isAsked = true;
    const asking = async () =>
      topic.learn(await ask(name, { signal: this.#closed.signal }), clock.monotonic());
    void asking()
      .catch(() => undefined)
      .finally(() => {
        topic.isAsked = false;
      });
  }

  /** Fails those who wait, and asks no more. */
  close(reason: unknown): void {
    this.#closed.abort(reason);
  }

  #ask(name: string): Set<Waiter> {
    const waiting = new Set<Waiter>();
    this.#waiting.set(name, waiting);
    const asking = this.#untilAnswered(name).finally(() => this.#options.listener.onEnded());
    asking.then(
      (count) => {
        this.#waiting.delete(name);
        const topic = new Topic(name, count, this.#options.clock.monotonic());
        this.#known.set(name, topic);
        for (const { known } of waiting) known(topic);
      },
      (error: unknown) => {
        // The next send asks again.
        this.#waiting.delete(name);
        for (const { failed } of waiting) failed(error);
      },
    );
    return waiting;
  }

  async #untilAnswered(name: string): Promise<number> {
    const { ask, clock, random, triesForTopic, maxWaitMs, listener } = this.#options;
    const { signal } = this.#closed;
    const deadline = new Deadline(maxWaitMs, clock);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const count = await withTimeout("Asking for the partitions", (end) => ask(name, { signal: end }), {
          timeoutMs: deadline.leftMs(),
          signal,
          clock,
        });
        if (count > 0) return count;
        throw new TopicMissingError(name);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = WirekitError.from(thrown);
        const mayCome = error instanceof TopicMissingError && attempt < triesForTopic;
        if (!error.retryable && !mayCome) throw error;
        const delayMs = backoffMs(attempt, pauses, () => 0.5 + random() / 2);
        if (delayMs >= deadline.leftMs()) throw error;
        listener.onFailing(error);
        await sleep(delayMs, { signal, clock });
      }
    }
  }
}

class Topic implements KnownTopic {
  partitionCount: number;
  askedAt: number;
  isAsked = false;
  readonly #name: string;
  readonly #names: string[] = [];

  constructor(name: string, partitionCount: number, askedAt: number) {
    this.#name = name;
    this.partitionCount = partitionCount;
    this.askedAt = askedAt;
  }

  nameOf(partition: number): string {
    this.#names[partition] ??= `${partition}:${this.#name}`;
    return this.#names[partition];
  }

  learn(partitionCount: number, askedAt: number): void {
    if (partitionCount > 0) this.partitionCount = partitionCount;
    this.askedAt = askedAt;
  }
}
