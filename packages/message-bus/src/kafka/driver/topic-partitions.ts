import { type Clock, type Random, WirekitError } from "@wirekit/core";
import { backoffMs, rejectOnAbort, sleep } from "@wirekit/core/kit";
import { TopicMissingError } from "../kafka-errors.ts";

export interface TopicPartitionsOptions {
  /** Asks the cluster. */
  readonly ask: (topic: string) => Promise<number>;
  /** How often a topic may be said to be missing before that is believed. */
  readonly triesForTopic: number;
  readonly maxAgeMs: number;
  /** For how long a question is put again that gets no answer. */
  readonly maxWaitMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

interface Known {
  count: Promise<number>;
  askedAt: number;
  /** Whether an answer has come: only then can one be kept that has grown old. */
  isAnswered: boolean;
}

const pauses = { baseDelayMs: 100, maxDelayMs: 1_000 };

/** How many partitions topics have, as far as was asked, and not too long ago. */
export class TopicPartitions {
  readonly #options: TopicPartitionsOptions;
  readonly #known = new Map<string, Known>();
  readonly #closed = new AbortController();

  constructor(options: TopicPartitionsOptions) {
    this.#options = options;
  }

  /** One and the same promise for all who ask meanwhile, so that those who asked first go on first. */
  count(topic: string): Promise<number> {
    const { clock, maxAgeMs } = this.#options;
    const known = this.#known.get(topic);
    if (known !== undefined) {
      if (known.isAnswered && clock.monotonic() - known.askedAt > maxAgeMs) this.#refresh(topic, known);
      return known.count;
    }
    const asked: Known = { count: this.#untilAnswered(topic), askedAt: clock.monotonic(), isAnswered: false };
    this.#known.set(topic, asked);
    asked.count.then(
      () => {
        asked.isAnswered = true;
        asked.askedAt = clock.monotonic();
      },
      () => this.#known.delete(topic),
    );
    return asked.count;
  }

  close(reason: unknown): void {
    this.#closed.abort(reason);
  }

  /** What is known serves until something newer is; a question that fails is put again when the next one asks. */
  #refresh(topic: string, known: Known): void {
    const { clock, ask } = this.#options;
    known.isAnswered = false;
    void ask(topic)
      .then(
        (count) => {
          known.count = Promise.resolve(count);
          known.askedAt = clock.monotonic();
        },
        () => undefined,
      )
      .finally(() => {
        known.isAnswered = true;
      });
  }

  async #untilAnswered(topic: string): Promise<number> {
    const { ask, clock, random, triesForTopic, maxWaitMs } = this.#options;
    const { signal } = this.#closed;
    const startedAt = clock.monotonic();
    for (let attempt = 1; ; attempt += 1) {
      try {
        const count = await rejectOnAbort(ask(topic), signal);
        if (count > 0) return count;
        throw new TopicMissingError(topic);
      } catch (thrown) {
        signal.throwIfAborted();
        const error = WirekitError.from(thrown);
        const mayCome = error instanceof TopicMissingError && attempt < triesForTopic;
        if (!error.retryable && !mayCome) throw error;
        const delayMs = backoffMs(attempt, pauses, () => 0.5 + random() / 2);
        if (clock.monotonic() - startedAt + delayMs > maxWaitMs) throw error;
        await sleep(delayMs, { signal, clock });
      }
    }
  }
}
